import assert from "@std/assert";
import { failureOf, type Promised } from "./rig.ts";

/** Errors come back with the agent's own words and place, and with nothing of ours. */
export function errors(promise: Promised): void {
  promise("tells name, message, line and column of what was thrown", async (play) => {
    const { ending } = await play(
      "\n\nexport default () => {\n  throw new RangeError('too far');\n}",
    );
    const { kind, name, message, line, column } = ending.error ?? {};
    assert.deepEqual({ kind, name, message, line }, {
      kind: "threw",
      name: "RangeError",
      message: "too far",
      line: 4,
    });
    assert.ok(column !== undefined && column >= 3 && column <= 24);
  });

  promise("tells line and column of a syntax error", async (play) => {
    const { ending } = await play("export default () => {\n  let x = ;\n}");
    const { kind, name, line, column } = ending.error ?? {};
    assert.deepEqual({ kind, name, line }, { kind: "syntax", name: "SyntaxError", line: 2 });
    assert.ok(column !== undefined && column >= 9 && column <= 12);
  });

  promise("takes a SyntaxError that the program throws for what it is", async (play) => {
    assert.equal(failureOf(await play("export default () => JSON.parse('{')")), "failed/threw");
  });

  promise("fails when a timer throws where nobody can catch it", async (play) => {
    const program =
      "export default () => new Promise(() => setTimeout(() => { throw new Error('late') }, 1))";
    const { ending } = await play(program);
    assert.equal(ending.error?.message, "late");
  });

  promise("survives everything that can be thrown", async (play) => {
    const thrown = [
      "null",
      "undefined",
      "'text'",
      "1n",
      "Symbol('s')",
      "() => 1",
      "Object.create(null)",
      "new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
      "{ get name() { throw 1 }, get message() { return {} }, get stack() { throw this } }",
      "{ toString() { throw 1 }, [Symbol.toPrimitive]() { throw 2 } }",
      "Object.assign(new Error('x'), { name: 5, message: Symbol('m'), stack: [] })",
    ];
    for (const value of thrown) {
      const played = await play(`export default () => { throw ${value} }`);
      assert.equal(failureOf(played), "failed/threw", value);
      assert.equal(typeof played.ending.error?.name, "string");
    }
  });

  promise("bounds the name and the message of an error", async (play) => {
    const program =
      "export default () => { throw Object.assign(new Error('m'.repeat(1e5)), { name: 'n'.repeat(1e5) }) }";
    const { error } = (await play(program)).ending;
    assert.ok(error && error.name.length <= 100 && error.message.length <= 2_000);
  });

  promise("ends a program whose error never stops being read", async (play) => {
    const program = "export default () => { throw { get message() { for (;;) ; } } }";
    assert.equal(failureOf(await play(program, { limits: { cpuMs: 50 } })), "timed_out/cpu_limit");
  });

  promise("says nothing of the host in an error", async (play) => {
    for (
      const program of [
        "export default () => null.x",
        "throw 1",
        "import 'x'",
        "(",
        "export default 1",
      ]
    ) {
      const { error } = (await play(program)).ending;
      assert.doesNotMatch(
        JSON.stringify(error),
        /file:|\.ts\b|wasm|\/(?:home|root|tmp|work)\b|cloister/,
      );
    }
  });

  promise("survives recursion without end", async (play) => {
    const programs = [
      "export default () => { const f = () => f() + 1; f() }",
      "export default () => JSON.parse('['.repeat(1e5))",
      "export default () => { let a = []; for (let i = 0; i < 5e4; i++) a = [a]; return String(a) }",
      "export default () => { const a = { toString: () => String(a) }; return String(a) }",
    ];
    for (const program of programs) {
      const { ending } = await play(program);
      assert.equal(ending.status, "failed", program);
      assert.notEqual(ending.error?.kind, "internal");
    }
    // engines differ in how much of this they can read
    const brackets = "export default () => new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5))";
    assert.notEqual((await play(brackets)).ending.error?.kind, "internal");
  });
}
