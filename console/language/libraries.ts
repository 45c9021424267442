declare global {
  interface ImportMeta {
    /** Vite's: the files that match, by their paths. */
    glob(patterns: readonly string[], options: object): Record<string, string>;
  }
}

/** The declarations of ECMAScript 2023, by file name, without what the sandbox does not have. */
export function libraries(): Map<string, string> {
  const files = import.meta.glob([
    "/node_modules/typescript/lib/lib.es5.d.ts",
    "/node_modules/typescript/lib/lib.es20*.d.ts",
    "/node_modules/typescript/lib/lib.decorators*.d.ts",
    "!**/*.full.d.ts",
    "!**/*.intl.d.ts",
    "!**/*sharedmemory.d.ts",
    "!**/lib.es2024*",
    "!**/lib.es2025*",
  ], { query: "?raw", import: "default", eager: true });
  return new Map(
    Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1), text]),
  );
}
