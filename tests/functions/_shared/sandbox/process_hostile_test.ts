import assert from "@std/assert";
import {
  EngineUnavailable,
  type Event,
  type Job,
  type Limits,
} from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import type { Child } from "../../../../supabase/functions/_shared/sandbox/process/child.ts";
import { SAY } from "../../../../supabase/functions/_shared/sandbox/process/frames.ts";
import { Keeper } from "../../../../supabase/functions/_shared/sandbox/process/keep.ts";
import { PROCESS_DEFAULTS } from "../../../../supabase/functions/_shared/sandbox/process/limits.ts";
import { Lines } from "../../../../supabase/functions/_shared/sandbox/process/lines.ts";
import { Pool } from "../../../../supabase/functions/_shared/sandbox/process/pool.ts";
import { Run } from "../../../../supabase/functions/_shared/sandbox/process/run.ts";
import { spawnChild } from "../../../../supabase/functions/_shared/sandbox/process/spawn.ts";
import { NEVER, until } from "./process/rig.ts";

const BOOT = { type: "boot", guest: "", OP: SAY } as const;
const ignore = Deno.build.os === "windows";

/** A process that says it is warm and then does, when it is given a job, what a script says. */
function startLiar(script: string, greeting = `echo '[${SAY.ready}]'`): Child {
  const text = `read boot; ${greeting}; read job; ${script}`;
  const env = { PATH: Deno.env.get("PATH") ?? "" };
  return spawnChild({ command: "/bin/sh", args: ["-c", text], env }, BOOT);
}

async function play(script: string, some: Partial<Limits> = {}, tools: Job["tools"] = {}) {
  const child = startLiar(script);
  assert.ok(await child.ready);
  const limits = { ...PROCESS_DEFAULTS, ...some };
  const events: Event[] = [];
  const job = { program: "", input: "null", tools, limits };
  const run = new Run(job, child, (event) => events.push(event));
  const ending = await run.perform(NEVER, false);
  await child.kill();
  return { events, ending, how: `${ending.status}/${ending.error?.kind}` };
}

/** One line on the script's output. */
const say = (...frame: unknown[]) => `printf '%s\\n' '${JSON.stringify(frame)}'`;
const SLEEP = "exec sleep 100";

const LIES: Record<string, readonly [script: string, how: string]> = {
  "says what is no JSON": ["echo nonsense", "failed/internal"],
  "says a frame that does not exist": [say(99), "failed/internal"],
  "says frames with the wrong values": [say(SAY.log, "loud", 1), "failed/internal"],
  "says that it is ready once more": [`${say(SAY.ready)}; ${SLEEP}`, "failed/internal"],
  "says bytes that are no text": ["printf '\\377\\n'", "failed/internal"],
  "returns what is no JSON": [say(SAY.done, "{"), "failed/internal"],
  "fails in words that are no JSON": [say(SAY.fail, "threw", "a", "b", "c"), "failed/internal"],
  "logs fields that are no JSON": [say(SAY.log, "info", '"x"', "{"), "failed/internal"],
  "says one line without end": ["exec cat /dev/zero", "failed/internal"],
  "says lines without end": [
    `while :; do ${say(SAY.log, "info", '"x"', "")}; done`,
    "output_exceeded/event_limit",
  ],
  "complains without end": ["exec cat /dev/zero >&2", "failed/internal"],
  "says nothing": [SLEEP, "timed_out/wall_limit"],
  "claims to be stalled while a tool works": [
    `${say(SAY.call, 1, '"never"', "1")}; ${say(SAY.stalled)}; ${SLEEP}`,
    "failed/internal",
  ],
  "makes more calls at once than it may": [
    `for i in 1 2 3 4 5 6 7 8 9; do ${say(SAY.call, 1, '"never"', "1")}; done; ${SLEEP}`,
    "failed/tool_limit",
  ],
  "leaves": ["exit 1", "failed/internal"],
  "leaves as if all were well": ["exit 0", "failed/internal"],
  "has a worker that died": ["exit 3", "failed/threw"],
  "is ended by the kernel for its CPU time": ["kill -XCPU $$", "timed_out/cpu_limit"],
  "is ended by the kernel for its memory": ["kill -KILL $$", "out_of_memory/memory_limit"],
  "breaks": ["kill -SEGV $$", "out_of_memory/memory_limit"],
  "gives up": ["kill -ABRT $$", "out_of_memory/memory_limit"],
};

for (const [what, [script, how]] of Object.entries(LIES)) {
  Deno.test({
    name: `a sandbox process that ${what} ends its run, as ${how}`,
    ignore,
    fn: async () => {
      const tools = { never: () => new Promise(() => {}) };
      assert.equal((await play(script, { wallMs: 2_000 }, tools)).how, how);
    },
  });
}

Deno.test({
  name: "a sandbox process that says its result twice is heard once",
  ignore,
  fn: async () => {
    const twice = [say(SAY.done, "1"), say(SAY.log, "info", '"late"', ""), say(SAY.done, "2")];
    const { events, ending } = await play(twice.join("; "));
    assert.deepEqual([ending.output, events], ["1", []]);
  },
});

Deno.test({
  name: "a sandbox process that says more in all than it may ends its run, each line in bounds",
  ignore,
  fn: async () => {
    const pad = "pad=$(head -c 700000 /dev/zero | tr '\\0' ' ')";
    const line = `printf '[${SAY.log},"info","\\\\"x\\\\"",""%s]\\n' "$pad"`;
    const limits = { outputBytes: 1_024, logBytes: 65_536, toolBytes: 1_024, toolCalls: 1 };
    const script = [pad, line, line, say(SAY.done, "1")].join("; ");
    const few = await play(script, { ...limits, events: 5 });
    assert.deepEqual([few.how, few.events.length], ["failed/internal", 1]);
    const many = await play(script, { ...limits, events: 50 });
    assert.deepEqual([many.how, many.events.length], ["succeeded/undefined", 2]);
  },
});

Deno.test({
  name: "a sandbox process that takes no answers ends its run before they pile up",
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const turns = `${folder}/turns`;
    await new Deno.Command("mkfifo", { args: [turns] }).output();
    using turn = await Deno.open(turns, { read: true, write: true });
    const child = startLiar(
      `for i in $(seq 200); do ${
        say(SAY.call, 1, '"large"', "1")
      }; read turn < ${turns}; done; ${SLEEP}`,
    );
    assert.ok(await child.ready);
    const limits = { ...PROCESS_DEFAULTS, toolCalls: 200, toolConcurrency: 1, toolBytes: 65_536 };
    const tools = { large: () => Promise.resolve("x".repeat(65_000)) };
    let answers = 0;
    const run = new Run({ program: "", input: "null", tools, limits }, child, ({ type }) => {
      if (type !== "tool.result") return;
      answers++;
      turn.writeSync(new TextEncoder().encode("\n"));
    });
    const { error } = await run.perform(NEVER, false);
    await child.kill();
    await Deno.remove(folder, { recursive: true });
    assert.equal(error?.kind, "internal");
    assert.ok(answers < 100, `${answers} answers`);
  },
});

Deno.test({
  name: "a sandbox process that has put its run away before the result is not used again",
  ignore,
  fn: async () => {
    const [rested, done] = [say(SAY.rested), say(SAY.done, "1")];
    for (
      const [words, isRested] of [[[rested, done, rested], false], [[done, rested], true]] as const
    ) {
      const child = startLiar([...words, SLEEP].join("; "));
      assert.ok(await child.ready);
      const job = { program: "", input: "null", tools: {}, limits: PROCESS_DEFAULTS };
      const run = new Run(job, child, () => {});
      assert.equal((await run.perform(NEVER, true)).output, "1");
      assert.equal(await run.rested(), isRested);
      await child.kill();
    }
  },
});

Deno.test({
  name: "Keeper hands out no child that is being killed, and keeps none",
  ignore,
  fn: async () => {
    const keeper = new Keeper({ runs: 10, idleMs: 60_000 }, 2, Infinity);
    const child = startLiar(`read more; ${say(SAY.rested)}; ${SLEEP}`);
    assert.ok(await child.ready);
    assert.ok(keeper.keep("key", child));
    const killing = child.kill();
    assert.equal(keeper.take("key"), undefined);
    assert.ok(!keeper.keep("key", child));
    await killing;
    keeper.close();
  },
});

Deno.test({
  name: "a sandbox process that talks while nobody has asked is ended",
  ignore,
  fn: async () => {
    const child = startLiar("", `echo '[${SAY.ready}]'; echo '[${SAY.ready}]'; ${SLEEP}`);
    assert.equal((await child.gone).signal, "SIGKILL");
  },
});

Deno.test("Lines keep to their bounds before they decode anything", () => {
  const lines = new Lines(4, 10);
  const push = (text: string) => [...lines.push(new TextEncoder().encode(text))];
  assert.deepEqual(push("ab\nc"), ["ab"]);
  assert.deepEqual(push("d\n\n"), ["cd", ""]);
  assert.throws(() => push("12345"), /too much/);
  lines.allow(100, 3);
  assert.throws(() => push("1234"), /too much/);
});

Deno.test({
  name: "Pool tells who asks that nothing starts, and recovers by itself",
  ignore,
  fn: async () => {
    let works = false;
    const said: string[] = [];
    const spawn = () => works ? startLiar("") : startLiar("", "exit 1");
    const pool = new Pool(spawn, 1, (event) => said.push(event));
    await assert.rejects(pool.take(NEVER), EngineUnavailable);
    await assert.rejects(pool.take(NEVER), EngineUnavailable);
    assert.ok(said.includes("sandbox_process_failed"));
    works = true;
    await until("it works again", () => pool.stats().warm === 1);
    const child = await pool.take(NEVER);
    assert.ok(child);
    pool.giveBack(child);
    await pool.close();
    assert.equal(pool.stats().alive, 0);
  },
});

Deno.test({
  name: "Pool that keeps nothing warm tries again for who asks, after it has failed",
  ignore,
  fn: async () => {
    let works = false;
    const pool = new Pool(() => works ? startLiar("") : startLiar("", "exit 1"), 0, () => {});
    await assert.rejects(pool.take(NEVER), EngineUnavailable);
    works = true;
    const child = await eventually(() => pool.take(NEVER));
    assert.ok(child);
    pool.giveBack(child);
    await pool.close();
  },
});

/** Asks until it is not refused any more. */
async function eventually<Value>(ask: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof EngineUnavailable)) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

Deno.test({
  name: "Pool forgets who no longer waits, and loses no child by it",
  ignore,
  fn: async () => {
    const pool = new Pool(() => startLiar(""), 1, () => {});
    const hurried = Array.from({ length: 5 }, () => {
      const stop = new AbortController();
      const taking = pool.take(stop.signal);
      stop.abort();
      return taking;
    });
    const taken = (await Promise.all(hurried)).filter((child) => child !== undefined);
    await until("the pool is warm", () => pool.stats().warm >= 1);
    await pool.close();
    for (const child of taken) {
      pool.spend();
      await child.kill();
    }
    assert.equal(pool.stats().alive, 0);
  },
});
