import { describe, type Log } from "../../_shared/log.ts";
import type { Job, Place } from "../../_shared/sandbox/engine.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createJournal, type Journal } from "./journal.ts";
import type { Ledger, RecordedEvent, Settlement } from "./ledger.ts";
import { type Run, runId } from "./schema.ts";
import { dataOf, NOTHING_USED, settlementOf } from "./translate.ts";

/** How often a long run stores its events, and asks whether it shall stop. */
const PULSE_MS = 1_000;

/** What performing needs from the outside, and tests replace. */
export interface Performers {
  /** Where the run executes; it is given back when the run has ended. */
  place: Place;
  ledger: Ledger;
  log: Log;
}

/** A run that goes on whether or not somebody watches. */
export interface LiveRun {
  /** Every event, ending with exactly one terminal one. For one reader. */
  events: AsyncIterable<RecordedEvent>;
  /** The run as it was settled. */
  settled: Promise<Run>;
  /** Stops the run; it settles as cancelled. */
  cancel(): void;
}

/**
 * Runs a started run to its end. It is settled exactly once, whichever way it ends: with the
 * engine's ending, or as `lost` when the engine itself breaks.
 */
export function perform(run: Run, job: Promise<Job | Settlement>, deps: Performers): LiveRun {
  const feed = createFeed<RecordedEvent>();
  const stop = new AbortController();
  const cancel = () => stop.abort();
  const id = runId.param.parse(run.id);
  const journal = createJournal(id, { ...deps, onCancel: cancel });
  feed.push(startedEvent(run));
  const settled = conduct(job, deps, { feed, journal, signal: stop.signal })
    .then((how) => journal.settle(how))
    .catch((cause) => {
      deps.log("error", "run_not_settled", { run_id: run.id, cause: describe(cause) });
      feed.push(journal.record("run.lost", JSON.stringify({ status: "lost" })));
      throw cause;
    })
    .then((final) => (feed.push(endedEvent(final, journal)), final))
    .finally(() => feed.close());
  return { events: feed, settled, cancel };
}

/** The event that `start_run` wrote. */
function startedEvent({ agent, version, engine, started_at, created_at }: Run): RecordedEvent {
  const data = JSON.stringify({ agent, version, engine });
  return { seq: 1, type: "run.started", at: started_at ?? created_at, data };
}

/** The event that `settle_run` wrote. */
function endedEvent({ status, output, error, usage, ended_at }: Run, journal: Journal) {
  const event = journal.record(`run.${status}`, JSON.stringify({ status, output, error, usage }));
  return { ...event, at: ended_at ?? event.at };
}

const LOST: Settlement = {
  status: "lost",
  error: { kind: "internal", name: "InternalError", message: "The sandbox failed." },
  usage: NOTHING_USED,
};

interface Stage {
  feed: Feed<RecordedEvent>;
  journal: Journal;
  signal: AbortSignal;
}

async function conduct(
  job: Promise<Job | Settlement>,
  { place, log }: Performers,
  { feed, journal, signal }: Stage,
): Promise<Settlement> {
  const pulse = setInterval(() => void journal.flush(), PULSE_MS);
  try {
    const ready = await job;
    if ("status" in ready) return ready;
    for await (const item of place.run(ready, signal)) {
      if (item.type === "ending") return settlementOf(item);
      feed.push(journal.record(item.type, dataOf(item)));
    }
    throw new Error("The engine stopped without an ending");
  } catch (cause) {
    log("error", "engine_failed", { cause: describe(cause) });
    return LOST;
  } finally {
    clearInterval(pulse);
    place.leave();
  }
}
