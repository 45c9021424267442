import * as acorn from "acorn";
import * as z from "zod";
import type { Engine } from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import type { CompatTest } from "./collection.ts";

const AT_ONCE = 20;
const WAIT_MS = 400;

/** What the collection expects around its tests. Some of them wait for seconds: not here. */
const AROUND = `
const global = globalThis;
const setTimeout = (callback, ms, ...values) => global.setTimeout(callback, ms / 10, ...values);
global.__createIterableObject = (values, methods = {}) => {
  let at = 0;
  const iterator = { ...methods, next: () => ({ value: values[at], done: at++ >= values.length }) };
  return { [Symbol.iterator]: () => iterator };
};
`;

/** Plays all tests on an engine, some in each run, and tells the names of those that pass. */
export async function listPassing(
  engine: Engine,
  tests: readonly CompatTest[],
): Promise<Set<string>> {
  const passing = new Set<string>();
  const valid = tests.filter(isModuleCode);
  for (let at = 0; at < valid.length; at += AT_ONCE) {
    for (const name of await playBatch(engine, valid.slice(at, at + AT_ONCE))) passing.add(name);
  }
  return passing;
}

/** A batch that does not end well is played again in halves, until the one to blame is alone. */
async function playBatch(engine: Engine, tests: readonly CompatTest[]): Promise<string[]> {
  const verdicts = await play(engine, programOf(tests));
  if (verdicts !== undefined) return tests.flatMap(({ name }, i) => verdicts[i] ? [name] : []);
  if (tests.length === 1) return [];
  const half = Math.ceil(tests.length / 2);
  return [
    ...await playBatch(engine, tests.slice(0, half)),
    ...await playBatch(engine, tests.slice(half)),
  ];
}

async function play(engine: Engine, program: string): Promise<boolean[] | undefined> {
  const limits = { ...engine.defaults, cpuMs: 500, wallMs: 20_000 };
  const job = { program, input: "null", tools: {}, limits };
  for await (const event of engine.run(job, new AbortController().signal)) {
    if (event.type !== "ending") continue;
    if (event.output === undefined) return undefined;
    return z.array(z.boolean()).parse(JSON.parse(event.output));
  }
}

function programOf(tests: readonly CompatTest[]): string {
  return [
    AROUND,
    "const tests = [",
    ...tests.map(({ body }) => `function (asyncTestPassed) {${body}\n},`),
    "];",
    "export default async () => {",
    "  const passed = tests.map(() => false);",
    "  tests.forEach((test, i) => {",
    "    try { if (test(() => passed[i] = true)) passed[i] = true; } catch {}",
    "  });",
    tests.some(({ waits }) => waits)
      ? `await new Promise((r) => global.setTimeout(r, ${WAIT_MS}));`
      : "",
    "  return passed;",
    "};",
  ].join("\n");
}

/** Some tests are sloppy code on purpose: an agent is a module, where they cannot be written. */
function isModuleCode(test: CompatTest): boolean {
  try {
    acorn.parse(programOf([test]), { ecmaVersion: "latest", sourceType: "module" });
    return true;
  } catch {
    return false;
  }
}
