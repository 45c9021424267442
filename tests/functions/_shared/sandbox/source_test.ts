import assert from "@std/assert";
import {
  compile,
  type FindingCode,
  MAX_SOURCE_BYTES,
} from "../../../../supabase/functions/_shared/sandbox/source/compile.ts";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { makePlay, resultOf } from "./conformance/rig.ts";

const TYPESCRIPT = `interface Row { id: number; name?: string }
type Rows = readonly Row[];
declare const nothing: string;
abstract class Base<T> { abstract get(): T; protected readonly kind: string = "é😀"; }
class Child extends Base<number> { override get(): number { return this.value!; } private value?: number = 7 }
const rows: Rows = [{ id: 1 }, { id: 2, name: "b" }] satisfies Rows;
function pick<K extends keyof Row>(row: Row, key: K): Row[K] { return row[key]; }
export default async function main(input: { n: number }, agent: unknown): Promise<unknown[]> {
  const doubled = (input.n as number) * 2, label = <T,>(value: T): T => value;
  return [doubled, label<string>("x"), rows.map((row) => pick(row, "id")), new Child().get()];
}
`;

async function codesOf(source: string, language: "typescript" | "javascript" = "javascript") {
  const { findings } = await compile(source, language);
  return findings.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

Deno.test("compile() strips types, keeps every line and column, and the program runs", async () => {
  const compiled = await compile(TYPESCRIPT, "typescript");
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.findings, []);
  const [before, after] = [TYPESCRIPT, compiled.program].map((text) => text.split("\n"));
  assert.equal(after?.length, before?.length);
  for (const word of ["class Child", "doubled", "new Child()", "rows.map"]) {
    const line = before?.findIndex((text) => text.includes(word)) ?? -1;
    assert.equal(after?.[line]?.indexOf(word), before?.[line]?.indexOf(word), word);
  }
  const played = await makePlay(quickJs)(compiled.program, { input: { n: 21 } });
  assert.deepEqual(resultOf(played), [42, "x", [1, 2], 7]);
});

Deno.test("compile() leaves JavaScript as it is", async () => {
  const source = "// é\nexport default () => a < b > (c)\nconst [a, b, c] = [1, 2, 3]\n";
  const compiled = await compile(source, "javascript");
  assert.ok(compiled.ok && compiled.program === source);
});

Deno.test("compile() takes types in JavaScript for a syntax error", async () => {
  assert.deepEqual(await codesOf("export default (a: number) => a"), ["syntax_error 1:18"]);
});

for (const language of ["typescript", "javascript"] as const) {
  Deno.test(`compile() finds syntax errors in ${language} with line and column`, async () => {
    const [found] = await codesOf(
      "export default () => {\n  const 名 = '😀';\n  let x = ;\n}",
      language,
    );
    assert.equal(found, "syntax_error 3:11");
  });
}

const FINDINGS: readonly (readonly [string, string, FindingCode, string])[] = [
  ["static imports", "import a from 'a';\nexport default () => a", "import_not_available", "1:1"],
  ["bare imports", "export default () => 1;\nimport 'a'", "import_not_available", "2:1"],
  ["dynamic imports", "export default () =>\n  import('a')", "import_not_available", "2:3"],
  ["import.meta", "export default () => import.meta.url", "import_not_available", "1:22"],
  ["re-exports", "export default () => 1;\n  export { b } from 'a'", "import_not_available", "2:3"],
  [
    "exports of everything",
    "export default () => 1; export * from 'a'",
    "import_not_available",
    "1:25",
  ],
  ["a missing default export", "export const main = () => 1", "missing_default_export", "1:1"],
  ["an empty source", "", "missing_default_export", "1:1"],
  ["a number as default", "\nexport default 42", "default_export_not_a_function", "2:16"],
  ["an object as default", "export default { run() {} }", "default_export_not_a_function", "1:16"],
  ["a class as default", "export default class A {}", "default_export_not_a_function", "1:16"],
];

for (const [what, source, code, place] of FINDINGS) {
  Deno.test(`compile() refuses ${what}: ${code}`, async () => {
    const compiled = await compile(source, "javascript");
    assert.equal(compiled.ok, false);
    assert.deepEqual(await codesOf(source), [`${code} ${place}`]);
  });
}

for (
  const source of [
    "export default () => 1",
    "export default async function () {}",
    "function main() {}\nexport { main as default }",
    "const f = () => 1;\nexport default f",
    "export default wrap(() => 1); function wrap(f) { return f }",
  ]
) {
  Deno.test(`compile() accepts «${source.replaceAll("\n", " ")}»`, async () => {
    assert.deepEqual(await codesOf(source), []);
  });
}

for (
  const [what, source] of [
    ["an enum", "enum Color { Red }"],
    ["a namespace", "namespace A { export const b = 1 }"],
    ["a parameter property", "class A { constructor(private b: number) {} }"],
    ["an angle bracket assertion", "const a = <string>b"],
    ["an import alias", "import a = require('a')"],
    ["an export assignment", "export = 1"],
    ["a decorator", "@a class A {}"],
  ] as const
) {
  Deno.test(`compile() refuses ${what}: unsupported_syntax`, async () => {
    const found = await codesOf(`\n  ${source}\nexport default () => 1`, "typescript");
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^unsupported_syntax 2:\d+$/);
  });
}

Deno.test("compile() warns of names that the sandbox lacks, where nothing declares them", async () => {
  const source = [
    "export default () => {",
    "  fetch('x'); Deno.exit(); process.exit(); require('a'); window.a; eval('1'); new Function('1');",
    "  new WebAssembly.Module(); new Intl.NumberFormat();",
    "}",
  ].join("\n");
  const compiled = await compile(source, "javascript");
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.findings.map(({ message }) => message.split(" ")[0]), [
    ...["fetch", "Deno", "process", "require", "window", "eval", "Function", "WebAssembly", "Intl"],
  ]);
  for (const finding of compiled.findings) {
    assert.deepEqual([finding.severity, finding.code], ["warning", "ambient_unavailable"]);
  }
});

Deno.test("compile() does not warn of names that only look ambient", async () => {
  const source = `export default ({ process }, agent) => {
    const fetch = agent.call, { Deno: renamed } = agent, o = { window: 1, eval() {}, require: 2 };
    class A { #URL = 1; process() { return this.#URL } static Intl = 1 }
    crypto: for (;;) break crypto;
    return [fetch, process, renamed, o.window, o.eval, agent.navigator, A.Intl, typeof performance];
  }`;
  assert.deepEqual(await codesOf(source), []);
});

Deno.test("compile() refuses a source of one byte too many, and takes the largest", async () => {
  const head = "export default () => 1;//";
  const fits = head + "x".repeat(MAX_SOURCE_BYTES - head.length);
  assert.deepEqual(await codesOf(fits), []);
  for (const large of [`${fits}x`, `${fits.slice(0, -2)}€`]) {
    for (const language of ["typescript", "javascript"] as const) {
      assert.deepEqual(await codesOf(large, language), ["source_too_large 1:1"]);
    }
  }
});

Deno.test("compile() bounds the number of findings", async () => {
  const { findings } = await compile("fetch();".repeat(5_000), "javascript");
  assert.ok(findings.length <= 101);
});

Deno.test("compile() refuses nesting long before the parser's stack ends", async () => {
  const nested: Record<string, (depth: number) => string> = {
    "brackets": (depth) => `export default () => ${"(".repeat(depth)}1${")".repeat(depth)};`,
    "blocks": (depth) => `export default () => {${"{".repeat(depth)}${"}".repeat(depth)}};`,
    "sums": (depth) => `export default (a) => a${"+a".repeat(depth * 8)};`,
    "patterns": (depth) => `export default () => /${"(".repeat(depth)}a${")".repeat(depth)}/;`,
  };
  for (const [what, write] of Object.entries(nested)) {
    assert.equal((await compile(write(100), "javascript")).ok, true, what);
    const refused = await compile(write(450), "javascript");
    assert.deepEqual(refused.findings.map(({ code }) => code), ["nested_too_deeply"], what);
  }
});

Deno.test("compile() takes time for a source's size, not for its size times its depth", async () => {
  const depth = 92;
  const source = `export default ${"(a=".repeat(depth)}[${"1,".repeat(110_000)}]${
    ")=>0".repeat(depth)
  }`;
  const started = performance.now();
  await compile(source, "javascript");
  assert.ok(performance.now() - started < 1_500);
});
