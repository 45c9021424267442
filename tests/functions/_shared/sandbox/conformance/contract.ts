import assert from "@std/assert";
import { failureOf, type Promised, resultOf } from "./rig.ts";

/** The agent's contract: what it exports, what it is given, what it may return. */
export function contract(promise: Promised): void {
  promise("calls the default export with the input and gives back its result", async (play) => {
    const program = "export default (input) => ({ doubled: input.n * 2 })";
    assert.deepEqual(resultOf(await play(program, { input: { n: 21 } })), { doubled: 42 });
  });

  promise("waits for async functions and for a module that awaits", async (play) => {
    const program = "const base = await Promise.resolve(40);\nexport default async () => base + 2";
    assert.equal(resultOf(await play(program)), 42);
  });

  promise("takes what is exported as default under any name", async (play) => {
    assert.equal(
      resultOf(await play("function main() { return 1 }\nexport { main as default }")),
      1,
    );
  });

  promise("turns a result of undefined into null", async (play) => {
    assert.equal(resultOf(await play("export default () => {}")), null);
  });

  for (
    const [what, program] of [
      ["without a default export", "export const main = () => 1"],
      ["whose default export is no function", "export default { run() {} }"],
      ["whose default export is null", "export default null"],
      ["that returns a function", "export default () => () => 1"],
      ["that returns a symbol", "export default () => Symbol('x')"],
      ["that returns a big integer", "export default () => 1n"],
      ["whose result's toJSON throws", "export default () => ({ toJSON() { throw 'no' } })"],
      [
        "whose result's toJSON returns a function",
        "export default () => ({ toJSON: () => () => 1 })",
      ],
      ["that returns a cycle", "export default () => { const a = {}; a.a = a; return a }"],
      ["that imports", "import fs from 'node:fs';\nexport default () => fs"],
      ["whose dynamic import nobody catches", "export default () => import('node:fs')"],
    ] as const
  ) {
    promise(`fails a program ${what} as a breach of contract`, async (play) => {
      assert.equal(failureOf(await play(program)), "failed/contract");
    });
  }

  for (
    const [what, program] of [
      ["whose default export is a class", "export default class { run() {} }"],
      ["that throws null while it is loaded", "throw null;\nexport default () => 1"],
      ["that throws a text while it is loaded", "throw 'text';\nexport default () => 1"],
      ["that throws a text", "export default () => { throw 'text' }"],
    ] as const
  ) {
    promise(`fails a program ${what} as one that threw`, async (play) => {
      assert.equal(failureOf(await play(program)), "failed/threw");
    });
  }

  promise("gives an agent object that cannot be changed", async (play) => {
    const program = `export default (_input, agent) => {
      const tries = [() => { agent.call = 1 }, () => { delete agent.log }, () => { agent.log.x = 1 }];
      return tries.map((change) => { try { change(); return "changed" } catch { return "refused" } });
    }`;
    assert.deepEqual(resultOf(await play(program)), ["refused", "refused", "refused"]);
  });

  promise("captures logs and console lines in order, with levels and fields", async (play) => {
    const program = `export default (_input, agent) => {
      agent.log("first", { n: 1 });
      console.debug("second"); console.info("third", [3], { a: 1 }); console.log("fourth");
      console.warn("fifth"); console.error(new TypeError("sixth"));
    }`;
    const { events } = await play(program);
    assert.deepEqual(events, [
      { type: "log", level: "info", message: "first", fields: '{"n":1}' },
      { type: "log", level: "debug", message: "second" },
      { type: "log", level: "info", message: 'third [3] {"a":1}' },
      { type: "log", level: "info", message: "fourth" },
      { type: "log", level: "warn", message: "fifth" },
      { type: "log", level: "error", message: "TypeError: sixth" },
    ]);
  });

  promise("captures what the module says while it is loaded", async (play) => {
    const { events } = await play("console.log('loading');\nexport default () => 1");
    assert.deepEqual(events, [{ type: "log", level: "info", message: "loading" }]);
  });

  promise("passes partial outputs on as events", async (play) => {
    const program = "export default (_i, agent) => { agent.output({ part: 1 }); agent.output(2) }";
    const { events } = await play(program);
    assert.deepEqual(events.map((event) => event.type === "output" && event.value), [
      '{"part":1}',
      "2",
    ]);
  });

  promise("runs timers in the order of their times, and stops cleared ones", async (play) => {
    const program = `export default async () => {
      const order = [];
      const wait = (ms) => new Promise((r) => setTimeout((x) => { order.push(x); r() }, ms, ms));
      clearTimeout(setTimeout(() => order.push("never"), 1));
      await Promise.all([wait(60), wait(5)]);
      await new Promise((r) => { let n = 0; const t = setInterval(() => { if (++n === 2) { clearInterval(t); r() } }, 1) });
      await new Promise((r) => queueMicrotask(r));
      return order;
    }`;
    assert.deepEqual(resultOf(await play(program)), [5, 60]);
  });

  promise("tells what a run has spent", async (play) => {
    const program = `export default async (_i, agent) => {
      agent.log("12345"); agent.output("ab"); await agent.call("echo", 1); return "cd";
    }`;
    const tools = { echo: (value: unknown) => Promise.resolve(value) };
    const { usage } = (await play(program, { tools })).ending;
    const { wallMs, cpuMs, memoryBytes, ...counted } = usage;
    assert.deepEqual(counted, { outputBytes: 8, logBytes: 5, events: 4, toolCalls: 1 });
    assert.ok(wallMs >= 1 && cpuMs >= 1 && memoryBytes > 10_000 && memoryBytes < 8_000_000);
  });
}
