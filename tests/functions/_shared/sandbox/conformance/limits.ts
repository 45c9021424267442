import assert from "@std/assert";
import {
  LimitRefused,
  type Limits,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { failureOf, type Promised, resultOf } from "./rig.ts";

const SLEEP = "export default () => new Promise((resolve) => setTimeout(resolve, 60_000))";
const LOOP = "export default () => { for (;;) ; }";

const CASES: readonly (readonly [string, string, Partial<Limits>, string])[] = [
  ["an endless loop", LOOP, { cpuMs: 50 }, "timed_out/cpu_limit"],
  [
    "an endless chain of promises",
    "export default async () => { for (;;) await null }",
    { cpuMs: 50 },
    "timed_out/cpu_limit",
  ],
  ["an endless loop while loading", "for (;;) ;", { cpuMs: 50 }, "timed_out/cpu_limit"],
  ["a sleep that is too long", SLEEP, { wallMs: 50 }, "timed_out/wall_limit"],
  [
    "a promise that nobody can settle",
    "export default () => new Promise(() => {})",
    {},
    "timed_out/stalled",
  ],
  ["a module that never loads", "await new Promise(() => {})", {}, "timed_out/stalled"],
  [
    "too much memory",
    "export default () => { const all = []; for (;;) all.push(new Uint8Array(50_000)) }",
    { memoryBytes: 4 * 1024 * 1024 },
    "out_of_memory/memory_limit",
  ],
  [
    "too much memory at once",
    "export default () => new Uint8Array(2 ** 30).fill(1).length",
    {},
    "out_of_memory/memory_limit",
  ],
  [
    "a result that is too large",
    "export default () => 'x'.repeat(99)",
    { outputBytes: 100 },
    "output_exceeded/output_limit",
  ],
  [
    "a result of too many bytes in few characters",
    "export default () => '€'.repeat(40)",
    { outputBytes: 100 },
    "output_exceeded/output_limit",
  ],
  [
    "partial outputs that are too large together",
    "export default (_i, agent) => { for (;;) agent.output('12345678') }",
    { outputBytes: 100 },
    "output_exceeded/output_limit",
  ],
  [
    "a log line that is too long",
    "export default () => console.log('x'.repeat(101))",
    { logBytes: 100 },
    "output_exceeded/log_limit",
  ],
  [
    "log fields that are too long",
    "export default (_i, agent) => agent.log('', { x: 'x'.repeat(101) })",
    { logBytes: 100 },
    "output_exceeded/log_limit",
  ],
  [
    "too many events",
    "export default () => { for (;;) console.log('') }",
    { events: 10 },
    "output_exceeded/event_limit",
  ],
  [
    "too many tool calls",
    "export default async (_i, agent) => { for (;;) await agent.call('echo', 1) }",
    { toolCalls: 3 },
    "failed/tool_limit",
  ],
];

/** Every limit is hit by a test. */
export function limits(promise: Promised): void {
  const tools = { echo: (value: unknown) => Promise.resolve(value) };

  for (const [what, program, some, expected] of CASES) {
    promise(`ends ${what} as ${expected}, and runs the next program`, async (play) => {
      assert.equal(failureOf(await play(program, { limits: some, tools })), expected);
      assert.equal(resultOf(await play("export default () => 1")), 1);
    });
  }

  promise("lets a program have exactly what its limits say", async (play) => {
    const some = { outputBytes: 100, logBytes: 100, events: 4, toolCalls: 1 };
    const program = `export default async (_i, agent) => {
      console.log("x".repeat(60)); console.log("x".repeat(40)); await agent.call("echo", 1);
      return "x".repeat(98);
    }`;
    assert.equal(resultOf(await play(program, { limits: some, tools })), "x".repeat(98));
  });

  promise("ends a loop soon after its CPU limit, in native code too", async (play) => {
    const spins = [
      "for (;;) ;",
      "for (;;) 'x'.repeat(1e6).split('')",
      "[].includes.call({ length: 2 ** 53 - 1 }, 1)",
    ];
    for (const spin of spins) {
      const program = `export default () => { ${spin} }`;
      const { ending } = await play(program, { limits: { cpuMs: 100 } });
      assert.ok(ending.usage.cpuMs < 100 + 250, `${spin} used ${ending.usage.cpuMs} ms`);
    }
  });

  promise("does not let a program catch its end", async (play) => {
    const program =
      "export default () => { for (;;) try { for (;;) ; } catch {} finally { continue } }";
    assert.equal(failureOf(await play(program, { limits: { cpuMs: 50 } })), "timed_out/cpu_limit");
  });

  promise("never reports more than the limit as spent", async (play) => {
    const some = { logBytes: 50 };
    const { ending } = await play("export default () => console.log('x'.repeat(60))", {
      limits: some,
    });
    assert.ok(ending.usage.logBytes <= 50);
  });

  promise("refuses limits beyond its ceiling, and limits that are none", async (play) => {
    for (const wallMs of [play.engine.ceiling.wallMs + 1, 0, -1, 1.5, NaN, Infinity]) {
      await assert.rejects(() => play(LOOP, { limits: { wallMs } }), LimitRefused);
    }
    for (const name of Object.keys(play.engine.ceiling)) {
      const some = { [name]: Number.MAX_SAFE_INTEGER };
      await assert.rejects(() => play(LOOP, { limits: some }), {
        name: "LimitRefused",
        limit: name,
      });
    }
  });
}
