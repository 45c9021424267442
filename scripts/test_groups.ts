/**
 * Test files of one folder, put together into one module each: Deno loads what a test file imports
 * for each file anew, which for the functions takes longer than most of their tests.
 */
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./graph.ts";

/** Modules that hold tests, removed when they are not needed any more. */
export interface Groups extends AsyncDisposable {
  readonly paths: readonly string[];
}

/**
 * The tests below `root`, a module for each folder; files that lie in `root` itself stay by
 * themselves. `only` and `ignored` are files and folders, by their paths in the repository.
 */
export async function groupTests(
  root: string,
  { only = [root], ignored = [] }: { only?: readonly string[]; ignored?: readonly string[] },
): Promise<Groups> {
  const dir = await Deno.makeTempDir({ prefix: "cloister-tests-" });
  const files = (await listTests(root, ignored)).filter((file) => isBelow(file, only));
  const folders = Map.groupBy(files, (file) => dirname(file));
  const paths: string[] = [];
  for (const [folder, own] of folders) {
    if (folder === root) paths.push(...own);
    else {
      const path = join(dir, `${relative(root, folder).replaceAll("/", "_")}_test.ts`);
      const lines = own.map((file) => `import "${pathToFileURL(join(ROOT, file)).href}";\n`);
      await Deno.writeTextFile(path, lines.join(""));
      paths.push(path);
    }
  }
  return { paths, [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }) };
}

/** The test files below `root` by their paths in the repository, but for the `ignored`. */
export async function listTests(root: string, ignored: readonly string[]): Promise<string[]> {
  return (await Array.fromAsync(walk(root))).filter((file) => !isBelow(file, ignored)).sort();
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* walk(path);
    else if (name.endsWith("_test.ts")) yield path;
  }
}

function isBelow(file: string, places: readonly string[]): boolean {
  return places.some((place) => file === place || file.startsWith(`${place}/`));
}
