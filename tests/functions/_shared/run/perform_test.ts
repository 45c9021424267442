import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  type Ending,
  EngineLost,
  EngineUnavailable,
  type Event,
  type Job,
  type Place,
} from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { Fault } from "../../../../supabase/functions/_shared/fault.ts";
import type {
  Attempt,
  RecordedEvent,
  RunLedger,
  Settled,
  Settlement,
} from "../../../../supabase/functions/_shared/run/ledger.ts";
import { perform } from "../../../../supabase/functions/_shared/run/perform.ts";

const NOW = "2026-01-01T00:00:00.000Z";
const USAGE = {
  wallMs: 1,
  cpuMs: 1,
  memoryBytes: 1,
  outputBytes: 1,
  logBytes: 1,
  events: 1,
  toolCalls: 0,
};
const SUCCEEDED: Ending = { type: "ending", status: "succeeded", output: "42", usage: USAGE };
const JOB: Job = { program: "", input: "null", tools: {}, limits: DEFAULT_LIMITS };
const RUN = {
  id: `run_${"0".repeat(32)}`,
  agent: "a",
  version: 1,
  status: "running",
  output: null,
  error: null,
  engine: "scripted",
  attempt: 2,
  usage: null,
  created_at: NOW,
  started_at: NOW,
  ended_at: null,
} as const;

type Step = Event | Ending | Error | "wait for cancel";

/** A place where a script is played. */
function scripted(steps: readonly Step[]): Place {
  return {
    engine: "scripted",
    layers: [],
    leave() {},
    async *run(_job, signal) {
      for (const step of steps) {
        if (step instanceof Error) throw step;
        if (step !== "wait for cancel") yield step;
        else {
          await new Promise((resolve) => {
            if (signal.aborted) resolve(undefined);
            signal.addEventListener("abort", resolve);
          });
          yield { type: "ending", status: "cancelled", usage: USAGE };
        }
      }
    },
  };
}

/** A ledger in memory; `trouble` makes calls of `settle` fail first. */
function ledgerWith(trouble: Error[] = []) {
  const settled: { at: Attempt; how: Settlement; events: readonly RecordedEvent[] }[] = [];
  const ledger: RunLedger<Settled> = {
    append: () => Promise.resolve(false),
    settle(at, how, events) {
      const err = trouble.shift();
      if (err) return Promise.reject(err);
      settled.push({ at, how, events: [...events] });
      const output = how.output === undefined ? null : JSON.parse(how.output);
      return Promise.resolve({ ...RUN, ...how, output, error: how.error ?? null, ended_at: NOW });
    },
  };
  return { ledger, settled };
}

async function play(steps: readonly Step[], ledger: RunLedger<Settled>, cancel = false) {
  const pause = () => Promise.resolve();
  const deps = { place: scripted(steps), ledger, log: () => {}, pause };
  const live = perform(RUN, Promise.resolve(JOB), deps);
  if (cancel) live.cancel();
  const events: RecordedEvent[] = [];
  const [reading, run] = await Promise.allSettled([readInto(events, live.events), live.settled]);
  return { events, reading: reading.status, run };
}

async function readInto(events: RecordedEvent[], feed: AsyncIterable<RecordedEvent>) {
  for await (const event of feed) events.push(event);
}

Deno.test("perform() settles once, with the events and the ending that its engine reported", async () => {
  const { ledger, settled } = ledgerWith();
  const { events } = await play([
    { type: "log", level: "info", message: "hi", fields: '{"n":1}' },
    { type: "output", value: '"part"' },
    SUCCEEDED,
  ], ledger);
  assert.deepEqual(events.map(({ seq, type }) => [seq, type]), [
    [1, "run.started"],
    [2, "log"],
    [3, "output"],
    [4, "run.succeeded"],
  ]);
  assert.equal(events[1]?.data, '{"level":"info","message":"hi","fields":{"n":1}}');
  assert.equal(settled.length, 1);
  assert.deepEqual(settled[0]?.events.map(({ seq }) => seq), [2, 3]);
});

Deno.test("perform() numbers the events of a later attempt behind those that are there, and speaks of that attempt", async () => {
  const { ledger, settled } = ledgerWith();
  const deps = { place: scripted([SUCCEEDED]), ledger, log: () => {} };
  const live = perform(RUN, Promise.resolve(JOB), deps, 7);
  const events: RecordedEvent[] = [];
  await readInto(events, live.events);
  assert.deepEqual(events.map(({ seq }) => seq), [7, 8]);
  assert.deepEqual(settled.map(({ at }) => at), [{
    id: "00000000-0000-0000-0000-000000000000",
    attempt: 2,
  }]);
});

Deno.test("perform() settles as lost when its engine breaks, and says nothing of how", async () => {
  const { ledger, settled } = ledgerWith();
  const { events } = await play([new Error("secret path /etc")], ledger);
  assert.deepEqual(events.map(({ type }) => type), ["run.started", "run.lost"]);
  assert.equal(settled[0]?.how.status, "lost");
  assert.doesNotMatch(JSON.stringify([events, settled]), /secret path/);
});

Deno.test("perform() settles as lost when the connection to its sandbox breaks, and says so", async () => {
  for (const broken of [EngineLost, EngineUnavailable]) {
    const { ledger, settled } = ledgerWith();
    const log = { type: "log", level: "info", message: "hi" } as const;
    const { events } = await play([log, new broken("10.0.0.7:8080 reset")], ledger);
    assert.deepEqual(events.map(({ type }) => type), ["run.started", "log", "run.lost"]);
    const [{ how } = { how: undefined }] = settled;
    assert.deepEqual([how?.status, how?.error?.kind, how?.usage], ["lost", "lost", null]);
    assert.doesNotMatch(JSON.stringify([events, settled]), /10\.0\.0\.7/);
  }
});

Deno.test("perform() settles as lost, and soon, when the database refuses the ending", async () => {
  const { ledger, settled } = ledgerWith([new Fault("internal"), new Fault("invalid_request")]);
  const { events } = await play([SUCCEEDED], ledger);
  assert.deepEqual(settled.map(({ how }) => [how.status, how.error?.kind]), [["lost", "internal"]]);
  assert.deepEqual(events.map(({ type }) => type), ["run.started", "run.lost"]);
});

Deno.test("perform() settles as lost when its engine stops without an ending", async () => {
  const { ledger, settled } = ledgerWith();
  await play([], ledger);
  assert.equal(settled[0]?.how.status, "lost");
});

Deno.test("perform() settles as cancelled when it is cancelled", async () => {
  const { ledger, settled } = ledgerWith();
  const { events } = await play(["wait for cancel"], ledger, true);
  assert.equal(events.at(-1)?.type, "run.cancelled");
  assert.equal(settled[0]?.how.status, "cancelled");
});

Deno.test("perform() tries again to settle when the database does not answer at first", async () => {
  const { ledger, settled } = ledgerWith([new Fault("database_unavailable")]);
  const { events } = await play([SUCCEEDED], ledger);
  assert.equal(settled.length, 1);
  assert.equal(events.at(-1)?.type, "run.succeeded");
});

Deno.test("a stream tells the ending that the database tells, whoever settled the run", async () => {
  const { ledger } = ledgerWith();
  const reaped = { ...RUN, status: "lost", ended_at: NOW } as const;
  const { events } = await play([SUCCEEDED], { ...ledger, settle: () => Promise.resolve(reaped) });
  assert.deepEqual(events.map(({ type }) => type), ["run.started", "run.lost"]);
});

Deno.test("a stream whose run cannot be settled breaks off, and makes no ending up", async () => {
  const never = Array.from({ length: 99 }, () => new Fault("database_unavailable"));
  const { ledger, settled } = ledgerWith(never);
  const { events, reading, run } = await play([SUCCEEDED], ledger);
  assert.deepEqual(events.map(({ type }) => type), ["run.started"]);
  assert.deepEqual([reading, run.status, settled], ["rejected", "rejected", []]);
});
