import assert from "@std/assert";
import vm from "node:vm";
import { GUEST_TEXT } from "../../../../supabase/functions/_shared/sandbox/host/guest_text.ts";
import { SAY } from "../../../../supabase/functions/_shared/sandbox/process/frames.ts";
import { wall } from "../../../../supabase/functions/_shared/sandbox/process/child/wall.js";

/** Deno 2.1.4, where no sandbox process runs either, knows no bare contexts. */
const BARE: unknown = Reflect.get(vm.constants, "DONT_CONTEXTIFY");
const ignore = Deno.version.deno.startsWith("2.1.");

/** What the outside throws: neither it nor anything of its realm may come in. */
class Foreign extends Error {
  override readonly name = "Foreign";
}
const out = {
  send() {
    throw new Foreign("from outside");
  },
  arm() {
    throw new Foreign("from outside");
  },
  disarm() {
    throw new Foreign("from outside");
  },
};

/** A realm with the wall and the agent's world in it, as a sandbox process makes it. */
function makeRealm(outside: unknown) {
  const context = Reflect.apply(vm.createContext, vm, [BARE, { microtaskMode: "afterEvaluate" }]);
  const run = (text: string) => vm.runInContext(text, context);
  const entries = run(`(${wall})`)(
    outside,
    run(`(${GUEST_TEXT})`),
    run(`(${JSON.stringify(SAY)})`),
  );
  return { run, entries };
}

const CATCH = (call: string) =>
  `try { ${call}; "nothing" } catch (error) {
    [error instanceof RangeError, Object.getPrototypeOf(error) === RangeError.prototype,
      Object.getPrototypeOf(error.constructor.constructor) === Function.prototype,
      error.message, Reflect.ownKeys(error).join()].join(" ")
  }`;
const OWN = "true true true Maximum call stack size exceeded stack,message";

for (
  const [what, call] of [
    ["send", "console.log(1)"],
    ["arm", "setTimeout(() => {}, 1)"],
  ] as const
) {
  Deno.test(`wall gives the realm an error of its own for what ${what} throws`, { ignore }, () => {
    assert.equal(makeRealm(out).run(CATCH(call)), OWN);
  });
}

Deno.test("wall gives the realm an error of its own for what disarm throws", { ignore }, () => {
  const { run } = makeRealm({ ...out, arm() {} });
  assert.equal(run(`const timer = setTimeout(() => {}, 1); ${CATCH("clearTimeout(timer)")}`), OWN);
});

Deno.test("wall gives the realm an error of its own for what a module's evaluation throws", {
  ignore,
}, () => {
  const lines: string[] = [];
  const { run, entries } = makeRealm({ ...out, send: (line: string) => void lines.push(line) });
  entries.load(
    () => {
      throw new Foreign("from outside");
    },
    {},
    "null",
  );
  run("0");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /^\[6,"threw","\\"RangeError\\"","\\"Maximum call stack/);
  assert.doesNotMatch(lines[0] ?? "", /Foreign|outside|\.ts/);
});
