import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  type Ending,
  EngineLost,
  EngineUnavailable,
  type Event,
  LimitRefused,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { authorize } from "../../../../runner/keys.ts";
import { spawnRunner } from "../../../../runner/spawn.ts";
import { claimOf, engineAt, gather, jobOf, NEVER, serveLiar, type Stage } from "./liar.ts";

const USAGE = {
  wall_ms: 1,
  cpu_ms: 1,
  memory_bytes: 1,
  output_bytes: 1,
  log_bytes: 0,
  events: 0,
  tool_calls: 0,
};
const ENDING = { type: "ending", status: "succeeded", output: "1", usage: USAGE };
const LOG = { type: "log", level: "info", message: "m" };
const LIMITS = { ...DEFAULT_LIMITS, logBytes: 100, outputBytes: 100, toolBytes: 100, events: 10 };

/** Plays a part to a client; what it got, and what it threw. */
async function hearLiar(play: (stage: Stage) => Promise<void> | void, calls: unknown[] = []) {
  await using runner = serveLiar(async (stage) => {
    await stage.hear();
    await play(stage);
  });
  const seen: (Event | Ending)[] = [];
  let thrown: unknown;
  try {
    const engine = engineAt(runner.url, { silenceMs: 2_000 });
    const job = jobOf({ limits: { ...LIMITS, toolCalls: 5, toolConcurrency: 2 }, calls });
    for await (const item of engine.run(job, NEVER)) seen.push(item);
  } catch (error) {
    thrown = error;
  }
  return { seen, thrown, visits: runner.visits };
}

Deno.test("a run yields its runner's events and its one ending", async () => {
  const { seen, thrown } = await hearLiar(({ say }) => {
    say({ type: "beat" });
    say(LOG);
    say(ENDING);
  });
  assert.equal(thrown, undefined);
  const usage = {
    wallMs: 1,
    cpuMs: 1,
    memoryBytes: 1,
    outputBytes: 1,
    logBytes: 0,
    events: 0,
    toolCalls: 0,
  };
  assert.deepEqual(seen, [LOG, { type: "ending", status: "succeeded", output: "1", usage }]);
});

Deno.test("a second ending, and whatever comes after the first, is not heard", async () => {
  const failed = {
    ...ENDING,
    status: "failed",
    error: { kind: "threw", name: "E", message: "" },
    output: undefined,
  };
  for (const more of [failed, ENDING, LOG, "nonsense\n", "x".repeat(1024 * 1024)]) {
    const { seen, thrown } = await hearLiar(({ say }) => {
      say(ENDING);
      say(more);
    });
    assert.equal(thrown, undefined);
    assert.deepEqual(seen.map(({ type }) => type), ["ending"]);
  }
});

const error = { kind: "threw", name: "Error", message: "x" };

for (
  const [what, ...lines] of [
    ["nothing"],
    ["half a line", '{"type":"log"'],
    ["no JSON", "nonsense\n"],
    ["an empty line", "\n", ENDING],
    ["a kind of line that nobody knows", { type: "other" }, ENDING],
    ["a place a second time", { type: "placed", engine: "x", layers: [] }, ENDING],
    ["more than belongs into a line", { ...LOG, extra: 1 }, ENDING],
    ["a level that is none", { ...LOG, level: "loud" }, ENDING],
    ["a line without end", "x".repeat(1024 * 1024), ENDING],
    ["logs beyond the limit", { ...LOG, message: "x".repeat(101) }, ENDING],
    [
      "logs beyond the limit, in parts",
      ...Array(6).fill({ ...LOG, message: "x".repeat(20) }),
      ENDING,
    ],
    ["fields beyond the limit", { ...LOG, fields: `"${"x".repeat(100)}"` }, ENDING],
    ["events beyond the limit", ...Array(11).fill({ ...LOG, message: "" }), ENDING],
    ["outputs beyond the limit", { type: "output", value: `"${"€".repeat(40)}"` }, ENDING],
    ["outputs and a result beyond the limit", { type: "output", value: "9".repeat(60) }, {
      ...ENDING,
      output: "9".repeat(60),
    }],
    ["a partial output that is not JSON", { type: "output", value: "{" }, ENDING],
    [
      "JSON that would break another stream's lines",
      { type: "output", value: "[1,\n\n2]" },
      ENDING,
    ],
    ["fields that are not JSON", { ...LOG, fields: "}" }, ENDING],
    ["beats without end", ...Array(500).fill({ type: "beat" }), ENDING],
    ["an ending with a result beyond the limit", { ...ENDING, output: `"${"x".repeat(99)}"` }],
    ["an ending whose result is not JSON", { ...ENDING, output: "undefined" }],
    ["an ending whose result is nested too deeply", { ...ENDING, output: "[".repeat(40_000) }],
    ["an ending without a result", { ...ENDING, output: undefined }],
    ["an ending with a result and an error", { ...ENDING, error }],
    ["an ending whose error is another status", {
      ...ENDING,
      status: "timed_out",
      output: undefined,
      error,
    }],
    ["an ending that is no status", { ...ENDING, status: "lost" }],
    ["an ending with an error that is too long", {
      ...ENDING,
      status: "failed",
      output: undefined,
      error: { ...error, message: "x".repeat(5_000) },
    }],
    ["an ending with usage beyond the limits", { ...ENDING, usage: { ...USAGE, events: 11 } }],
    ["an ending with usage below nothing", { ...ENDING, usage: { ...USAGE, cpu_ms: -1 } }],
    ["an ending without usage", { ...ENDING, usage: undefined }],
    [
      "questions beyond the limit of calls at once",
      ...[1, 2, 3].map((call) => ({ type: "ask", call, tool: "never", args: "1" })),
      ENDING,
    ],
    ["a question beyond the limit of bytes", {
      type: "ask",
      call: 1,
      tool: "echo",
      args: `"${"x".repeat(100)}"`,
    }, ENDING],
    ["a question that is not JSON", { type: "ask", call: 1, tool: "echo", args: "{" }, ENDING],
  ] as const
) {
  Deno.test(`a run is lost when its runner says ${what}, and is not tried again`, async () => {
    const calls: unknown[] = [];
    const { seen, thrown, visits } = await hearLiar(({ say }) => lines.forEach(say), calls);
    assert.ok(thrown instanceof EngineLost, String(thrown));
    assert.ok(seen.every(({ type }) => type !== "ending"));
    assert.equal(visits, 1);
    assert.ok(calls.length <= 2);
  });
}

Deno.test("a runner's question for a tool that the run does not have is answered, and calls nobody", async () => {
  const calls: unknown[] = [];
  const answers: unknown[] = [];
  const { thrown } = await hearLiar(async ({ say, hear }) => {
    for (const [call, tool] of ["nope", "constructor", "__proto__", "toString"].entries()) {
      say({ type: "ask", call: call + 1, tool, args: "1" });
      answers.push(await hear());
    }
    say(ENDING);
  }, calls);
  assert.equal(thrown, undefined);
  assert.deepEqual(calls, []);
  for (const answer of answers) {
    const { ok, json } = Object(answer);
    assert.deepEqual([ok, JSON.parse(json).code], [false, "unknown_tool"]);
  }
});

Deno.test("more calls than the limit are lost, however slowly they come", async () => {
  const { thrown } = await hearLiar(async ({ say, hear }) => {
    for (let call = 1; call <= 6; call++) {
      say({ type: "ask", call, tool: "echo", args: "1" });
      await hear();
    }
    say(ENDING);
  });
  assert.ok(thrown instanceof EngineLost);
});

Deno.test("a run is lost when its runner is silent for too long", async () => {
  await using runner = serveLiar(() => new Promise(() => {}));
  const engine = engineAt(runner.url, { silenceMs: 20 });
  await assert.rejects(gather(engine.run(jobOf(), NEVER)), EngineLost);
  assert.equal(runner.visits, 1);
});

Deno.test("a run is lost when its time is over, although its runner is not silent", async () => {
  await using runner = serveLiar(async ({ say }) => {
    for (let beat = 0; beat < 50; beat++) say({ type: "beat" });
    await new Promise(() => {});
  });
  const engine = engineAt(runner.url, { endingMs: 50, silenceMs: 3_600_000 });
  const job = jobOf({ limits: { ...LIMITS, wallMs: 50 } });
  await assert.rejects(gather(engine.run(job, NEVER)), EngineLost);
});

Deno.test("a cancelled run is lost when its runner does not say how it ended", async () => {
  const stop = new AbortController();
  const heard = Promise.withResolvers<unknown>();
  await using runner = serveLiar(async ({ hear }) => {
    await hear();
    stop.abort();
    heard.resolve(await hear());
    await new Promise(() => {});
  });
  const engine = engineAt(runner.url, { endingMs: 200 });
  await assert.rejects(gather(engine.run(jobOf(), stop.signal)), EngineLost);
  assert.deepEqual(await heard.promise, { type: "cancel" });
});

Deno.test("a job that its runner refuses has not run", async () => {
  const refused = (problem: unknown) =>
    hearLiar(({ say }) => say({ type: "refused", problem })).then(({ thrown }) => thrown);
  assert.ok(await refused({ code: "job_invalid" }) instanceof EngineUnavailable);
  const limit = { code: "limit_refused", limit: "program", asked: 2, ceiling: 1 };
  assert.ok(await refused(limit) instanceof LimitRefused);
});

Deno.test("a job that is larger than can be sent is refused here", async () => {
  await using runner = serveLiar(() => new Promise(() => {}));
  const tool = () => Promise.resolve(null);
  const tools = Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`t${n}`, tool]));
  const text = "1".repeat(1024 * 1024 + 1);
  for (const more of [{ tools }, { program: text }, { input: text }]) {
    await assert.rejects(gather(engineAt(runner.url).run(jobOf(more), NEVER)), LimitRefused);
  }
});

Deno.test("a run is lost at once when its runner is killed", async () => {
  await using runner = await spawnRunner();
  const engine = engineAt(runner.url, { authorize });
  const program =
    "console.log('on'); export default () => new Promise((r) => setTimeout(r, 9_000))";
  let killed = 0;
  const running = async () => {
    for await (const event of engine.run(jobOf({ program }), NEVER)) {
      if (event.type !== "log") continue;
      runner.kill();
      killed = performance.now();
    }
  };
  await assert.rejects(running, EngineLost);
  assert.ok(performance.now() - killed < 1_000);
});

Deno.test("a place that is left without a run, or whose run is left, is free again", async () => {
  await using runner = await spawnRunner();
  const engine = engineAt(runner.url, { authorize });
  for (let turn = 0; turn < 3; turn++) {
    const places = [await engine.admit(claimOf(), NEVER), await engine.admit(claimOf(), NEVER)];
    for (const place of places) place.leave();
  }
  const program =
    "console.log('on'); export default () => new Promise((r) => setTimeout(r, 9_000))";
  for (let turn = 0; turn < 3; turn++) {
    for await (const event of engine.run(jobOf({ program }), NEVER)) {
      if (event.type === "log") break;
    }
  }
  const [ending] = await gather(engine.run(jobOf({ program: "export default () => 7" }), NEVER));
  assert.equal(ending?.type === "ending" && ending.output, "7");
});
