import * as path from "node:path";
import * as z from "zod";

/** One import of a file of ours. */
export interface Import {
  /** The file that imports, from the repository's root. */
  from: string;
  /** A file of ours from the root, or a bare specifier such as `hono/cors`. */
  to: string;
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
}

/** The repository's root folder. */
export const ROOT = path.resolve(import.meta.dirname ?? ".", "..");

/** Where an import leads, unless that is said by the console's own configuration. */
const Resolved = z.object({ specifier: z.string().optional() }).optional();
const Info = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    dependencies: z.array(z.object({
      specifier: z.string(),
      code: Resolved,
      type: Resolved,
    })).default([]),
  })),
});

/** The tracked and new TypeScript files of the repository, from its root. */
export async function sourceFiles(): Promise<string[]> {
  const list = async (...which: string[]) =>
    (await run("git", ["ls-files", ...which, "*.ts", "*.tsx"])).split("\n");
  const gone = new Set(await list("--deleted"));
  const files = await list("--cached", "--others", "--exclude-standard");
  return files.filter((file) => file !== "" && !gone.has(file))
    .filter((file) => !file.endsWith("database.types.ts"));
}

/** Every import between the given files and out of them, as Deno itself resolves it. */
export async function importGraph(files: readonly string[]): Promise<Import[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = files.map((file) => `import ${JSON.stringify(urlOf(file))};`);
    await Deno.writeTextFile(entry, lines.join("\n"));
    const config = path.join(ROOT, "deno.json");
    const text = await run(Deno.execPath(), [
      "info",
      "--json",
      "--config",
      config,
      entry,
    ]);
    return Info.parse(JSON.parse(text)).modules.flatMap((module) => importsOf(module, files));
  } finally {
    await Deno.remove(entry);
  }
}

function importsOf(module: z.infer<typeof Info>["modules"][number], files: readonly string[]) {
  const from = localPath(module.specifier);
  if (from === undefined || !files.includes(from)) return [];
  return module.dependencies.map(({ specifier, code, type }): Import => ({
    from,
    to: localPath(code?.specifier ?? type?.specifier ?? "") ?? specifier,
    typeOnly: code === undefined,
  }));
}

function urlOf(file: string): string {
  return new URL(`file://${path.join(ROOT, file)}`).href;
}

function localPath(specifier: string): string | undefined {
  const root = `${new URL(`file://${ROOT}`).href}/`;
  return specifier.startsWith(root) ? decodeURI(specifier.slice(root.length)) : undefined;
}

/** The output of a command that must succeed. */
export async function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const options = { args, env, cwd: ROOT, stdout: "piped", stderr: "piped" } as const;
  const { success, stdout, stderr } = await new Deno.Command(command, options).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${command} ${args.join(" ")} failed:\n${decoder.decode(stderr)}`);
}
