import assert from "@std/assert";
import { Fault } from "../../../../supabase/functions/_shared/fault.ts";
import { createJournal } from "../../../../supabase/functions/_shared/run/journal.ts";
import type {
  RecordedEvent,
  RunLedger,
  Settled,
} from "../../../../supabase/functions/_shared/run/ledger.ts";

const USAGE = {
  wall_ms: 1,
  cpu_ms: 1,
  memory_bytes: 1,
  output_bytes: 1,
  log_bytes: 1,
  events: 1,
  tool_calls: 0,
};

/** A journal over a ledger whose answers to `append` are given. */
function rig(...answers: (boolean | Error)[]) {
  const stored: RecordedEvent[] = [];
  let last: readonly RecordedEvent[] = [];
  let calls = 0;
  let cancelled = false;
  const ledger: RunLedger<Settled> = {
    append(_at, events) {
      const answer = answers[calls++] ?? false;
      if (answer instanceof Error) return Promise.reject(answer);
      stored.push(...events);
      return Promise.resolve(answer);
    },
    settle(_at, { status }, events) {
      if (status === "succeeded") last = events;
      return Promise.reject(new TypeError("enough"));
    },
  };
  const pause = () => Promise.resolve();
  const onCancel = () => cancelled = true;
  const journal = createJournal({ id: crypto.randomUUID(), attempt: 1 }, 1, {
    ledger,
    log: () => {},
    onCancel,
    pause,
  });
  return { journal, stored, last: () => last, calls: () => calls, cancelled: () => cancelled };
}

Deno.test("a journal loses no event when the database does not answer for a while", async () => {
  const { journal, stored, last } = rig(new Fault("database_unavailable"));
  journal.record("log", "1");
  await journal.flush();
  assert.deepEqual(stored, []);
  journal.record("log", "2");
  await journal.flush();
  journal.record("log", "3");
  await assert.rejects(journal.settle({ status: "succeeded", usage: USAGE }), TypeError);
  const all = [...stored, ...last()].map(({ seq, data }) => [seq, data]);
  assert.deepEqual(all, [[2, "1"], [3, "2"], [4, "3"]]);
});

Deno.test("a journal learns with its events that the run shall stop", async () => {
  const { journal, cancelled } = rig(false, true);
  await journal.flush();
  assert.equal(cancelled(), false);
  await journal.flush();
  assert.equal(cancelled(), true);
});

Deno.test("a journal asks a slow database one thing at a time", async () => {
  const { journal, calls } = rig();
  await Promise.all(Array.from({ length: 50 }, () => journal.flush()));
  assert.ok(calls() <= 2, `${calls()} calls`);
});
