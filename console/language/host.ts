import ts from "typescript";
import type { Language } from "./wire.ts";

/** What an agent finds around it beside ECMAScript and its parameters. */
const SURROUNDINGS = `
type AgentContext = import("./agent.d.ts").AgentContext;
declare const console: Record<"log" | "info" | "warn" | "error" | "debug" | "trace",
  (...values: unknown[]) => void>;
declare function setTimeout<A extends unknown[]>(run: (...values: A) => void, ms?: number,
  ...values: A): number;
declare function setInterval<A extends unknown[]>(run: (...values: A) => void, ms?: number,
  ...values: A): number;
declare function clearTimeout(timer?: number): void;
declare function clearInterval(timer?: number): void;
declare function queueMicrotask(run: () => void): void;
`;

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts"],
  types: [],
  strict: true,
  noImplicitAny: false,
  noEmit: true,
  allowJs: true,
  allowImportingTsExtensions: true,
};

/** One source in a world of its own, as the compiler's language service sees it. */
export interface Workbench {
  readonly service: ts.LanguageService;
  /** Puts a source on the bench, and says what it is called there. */
  place(source: string, language: Language): string;
}

/** A bench with the libraries by their file names, and the types of an agent's world. */
export function createWorkbench(
  libraries: ReadonlyMap<string, string>,
  agentTypes: string,
): Workbench {
  const files = new Map([["/agent.d.ts", agentTypes], ["/surroundings.d.ts", SURROUNDINGS]]);
  for (const [name, text] of libraries) files.set(`/lib/${name}`, text);
  let name = "/source.ts";
  let turn = 0;
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => ["/surroundings.d.ts", name],
    getScriptVersion: (path) => path === name ? String(turn) : "0",
    getScriptSnapshot: (path) => {
      const text = files.get(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => "/",
    getDefaultLibFileName: () => "/lib/lib.es2023.d.ts",
    fileExists: (path) => files.has(path),
    readFile: (path) => files.get(path),
    directoryExists: (path) => path === "/" || path === "/lib",
    getDirectories: () => [],
  };
  const place = (source: string, language: Language) => {
    const next = language === "typescript" ? "/source.ts" : "/source.js";
    if (files.get(next) !== source || next !== name) turn++;
    name = next;
    files.set(name, source);
    return name;
  };
  return { service: ts.createLanguageService(host), place };
}
