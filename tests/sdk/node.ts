import * as path from "node:path";
import ts from "typescript";
import { ROOT } from "../../scripts/graph.ts";
import { type App, execute } from "./install.ts";

/** What Node has under other names. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/"\.\.\/\.\.\/sdk\/mod\.ts"/g, `"@cloister/client"`],
  [/"@std\/assert"/g, `"node:assert/strict"`],
  [/"\.\/(\w+)\.ts"/g, `"./$1.mjs"`],
];
const COLLECT = `export const tests = [];
globalThis.Deno = { test: (name, promise) => tests.push([name, promise]) };
`;
/** All at once: nearly all that they do is wait. */
const RUN = `import { test } from "node:test";
import { tests } from "./collect.mjs";
test("all", { concurrency: true }, (t) =>
  Promise.all(tests.map(([name, promise]) => t.test(name, () => promise()))));
console.log(tests.length + " promises");
`;

/** How many tests held on Node, and what is to be read where one did not. */
export interface Held {
  tests: number;
  said: string;
}

/** Runs tests of the SDK's own in Node, as they are: against the package that npm installed. */
export async function testOnNode({ folder }: App, names: readonly string[]): Promise<Held> {
  for (const name of ["fake", ...names]) {
    const source = await Deno.readTextFile(path.join(ROOT, "tests", "sdk", `${name}.ts`));
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const text = ELSEWHERE.reduce((text, [from, to]) => text.replace(from, to), outputText);
    await Deno.writeTextFile(path.join(folder, `${name}.mjs`), text);
  }
  await Deno.writeTextFile(path.join(folder, "collect.mjs"), COLLECT);
  await Deno.writeTextFile(path.join(folder, "run.mjs"), RUN);
  const all = ["collect", ...names, "run"].map((name) => `import "./${name}.mjs";\n`).join("");
  await Deno.writeTextFile(path.join(folder, "all.mjs"), all);
  const { code, stdout, stderr } = await execute("node", ["all.mjs"], { cwd: folder });
  const [, tests] = /^(\d+) promises$/m.exec(stdout) ?? [];
  return { tests: code === 0 ? Number(tests) : 0, said: `${stdout}${stderr}` };
}
