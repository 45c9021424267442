import assert from "@std/assert";
import { createBackoff } from "../../runner/pull/backoff.ts";
import { QueueAway, type QueueClient, QueueRefused } from "../../runner/pull/client.ts";
import { Puller } from "../../runner/pull/pull.ts";
import { Metrics } from "../../runner/metrics.ts";
import type { Begun, Given } from "../../supabase/functions/_shared/run/pull_wire.ts";
import {
  DEFAULT_LIMITS,
  EngineBusy,
  EngineUnavailable,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import { NO_TRACER } from "../../supabase/functions/_shared/trace/tracer.ts";
import { type Stub, stubEngine } from "./stub.ts";

/** A queue of the test's: what it gives away, and what it was told. */
interface Queue extends QueueClient {
  /** What it has, by program; at `refused` it refuses the key. At the end one waits for more. */
  programs: string[];
  told: string[];
  /** Settles when it was told so. */
  telling(what: string): Promise<void>;
  /** What its next answers are instead, by what is asked. */
  faults: Partial<Record<"claim" | "begin" | "report" | "settle" | "release", Error[]>>;
}

function fakeQueue(programs: string[] = []): Queue {
  const watchers = new Map<string, () => void>();
  const given = new Map<string, string>();
  let count = 0;
  const tell = (what: string) => {
    queue.told.push(what);
    watchers.get(what)?.();
  };
  const fail = (asked: keyof Queue["faults"]) => {
    const fault = queue.faults[asked]?.shift();
    if (fault) throw fault;
  };
  const queue: Queue = {
    programs,
    told: [],
    faults: {},
    telling: (what) =>
      queue.told.includes(what)
        ? Promise.resolve()
        : new Promise((resolve) => watchers.set(what, resolve)),
    async claim(_offer, signal) {
      fail("claim");
      const program = programs.shift();
      if (program === undefined) {
        tell("empty");
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true })
        );
        return null;
      }
      if (program === "refused") throw new QueueRefused(401, "key_revoked");
      const run = `run_0192f0c1a2b37c4d8e5f6a7b8c9d${String(count++).padStart(4, "0")}`;
      given.set(run, program);
      return givenAs(run);
    },
    begin({ run }) {
      return attempt(() => {
        tell("begin");
        fail("begin");
        return begunAs(given.get(run) ?? "");
      });
    },
    report: () =>
      attempt(() => {
        fail("report");
        return false;
      }),
    settle: (_run, { status }) =>
      attempt(() => {
        tell(`settle ${status}`);
        fail("settle");
        return { status, ended_at: null };
      }),
    release: (_run, { reason }) =>
      attempt(() => {
        tell(`release ${reason}`);
        fail("release");
      }),
  };
  return queue;
}

/** As it would be over the wire: what goes wrong is told later. */
async function attempt<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}

function givenAs(run: string): Given {
  return {
    run,
    token: "cl_test",
    attempt: 1,
    tenant: "tenant",
    limits: toWire(DEFAULT_LIMITS),
    request_id: "request",
    traceparent: null,
  };
}

function begunAs(program: string): Begun {
  return {
    status: "running",
    agent: "test",
    version: 1,
    started_at: "2026-01-01T00:00:00Z",
    last_seq: 2,
    input: "null",
    work: { program },
    pass: "ct_test",
  };
}

function pull(client: Queue, engine: Stub = stubEngine(), places = 2) {
  const logged: string[] = [];
  const metrics = new Metrics();
  const puller = new Puller({
    client,
    engine,
    places,
    ready: () => true,
    toolsUrl: "http://127.0.0.1:1",
    log: (_level, event) => void logged.push(event),
    metrics,
    tracer: NO_TRACER,
    refusedMs: 1,
  });
  return { puller, engine, logged, count: () => metrics.text({}, false) };
}

Deno.test("a runner takes as many runs as it has places, and the next when one is free", async () => {
  const queue = fakeQueue(["hold", "return", "hold", "return"]);
  const { puller, engine } = pull(queue);
  await engine.taking(2);
  await queue.telling("settle succeeded");
  while (engine.played.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual([engine.taken(), queue.programs.length], [2, 1]);
  await puller.drain(0);
  assert.equal(queue.told.filter((what) => what === "release runner_stopped").length, 2);
  assert.equal(queue.programs.length, 1, "nothing is taken after that");
});

for (
  const [what, fault, reason] of [
    ["is full", new EngineBusy("full"), "runner_full"],
    ["is broken", new EngineUnavailable("broken"), "runner_failed"],
    ["fails", new Error("a bug"), "runner_failed"],
  ] as const
) {
  Deno.test(`a run is given back when the engine ${what}`, async () => {
    const queue = fakeQueue(["return"]);
    const engine = stubEngine();
    engine.failure = fault;
    const { puller, count } = pull(queue, engine);
    await queue.telling(`release ${reason}`);
    await puller.drain(0);
    assert.match(count(), /runs_total\{status="released"\} 1/);
    assert.ok(!queue.told.includes("begin"));
  });
}

Deno.test("a beginning whose answer gets lost is asked for again, and then given back", async () => {
  const once = fakeQueue(["return"]);
  once.faults.begin = [new QueueAway("lost")];
  const first = pull(once);
  await once.telling("settle succeeded");
  await first.puller.drain(0);
  const twice = fakeQueue(["return"]);
  twice.faults.begin = [new QueueAway("lost"), new QueueAway("lost")];
  const second = pull(twice);
  await twice.telling("release runner_failed");
  await second.puller.drain(0);
  assert.deepEqual([second.engine.played, second.engine.taken()], [[], 0]);
});

Deno.test("a run that is somebody else's by now is stopped, and settled no more", async () => {
  const queue = fakeQueue(["hold"]);
  queue.faults.report = [new QueueRefused(404, "not_found")];
  queue.faults.settle = [new QueueRefused(404, "not_found")];
  const { puller, engine, count } = pull(queue);
  await queue.telling("settle cancelled");
  await puller.drain(0);
  assert.deepEqual(queue.told.filter((what) => what.startsWith("settle")), ["settle cancelled"]);
  assert.equal(engine.taken(), 0);
  assert.match(count(), /runs_total\{status="queued"\} 1/);
});

Deno.test("a key that is refused stops the runs that came with it, and is tried again", async () => {
  const queue = fakeQueue(["hold", "refused", "refused"]);
  const { puller, engine, count } = pull(queue);
  await queue.telling("release runner_stopped");
  await queue.telling("empty");
  assert.deepEqual([engine.played, engine.taken()], [["hold"], 0]);
  assert.match(count(), /pulls_total\{outcome="refused"\} 2/);
  assert.ok(!puller.accepted, "it says that it is of no use");
  await puller.drain(0);
});

Deno.test("a queue that is away is asked again, and what is taken then is worked on", async () => {
  const queue = fakeQueue(["return"]);
  queue.faults.claim = [new QueueAway("down"), new QueueAway("down")];
  const { puller, logged, count } = pull(queue);
  await queue.telling("settle succeeded");
  await puller.drain(1_000);
  assert.equal(logged.filter((event) => event === "pull_failed").length, 2);
  assert.match(
    count(),
    /pulls_total\{outcome="failed"\} 2\n(.*\n)*.*pulls_total\{outcome="run"\} 1/,
  );
});

Deno.test("createBackoff() waits about twice as long each time, up to 30 s, by chance, and then anew", () => {
  const [least, most] = [createBackoff(() => 0), createBackoff(() => 1)];
  const waits = Array.from({ length: 12 }, () => [least.next(), most.next()]);
  assert.deepEqual(waits.slice(0, 3), [[125, 250], [250, 500], [500, 1_000]]);
  assert.deepEqual(waits.at(-1), [15_000, 30_000]);
  most.reset();
  assert.equal(most.next(), 250);
});
