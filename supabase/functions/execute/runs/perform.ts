import { describe } from "../../_shared/log.ts";
import {
  EngineLost,
  EngineUnavailable,
  type Job,
  type Place,
} from "../../_shared/sandbox/engine.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createJournal, FAILED, type Journal, type JournalDeps } from "./journal.ts";
import type { RecordedEvent, Settlement } from "./ledger.ts";
import { type Run, runId } from "./schema.ts";
import { dataOf, settlementOf } from "./translate.ts";

/** How often a long run stores its events, and asks whether it shall stop. */
const PULSE_MS = 1_000;

/** What performing needs from the outside, and tests replace. */
export interface Performers extends Omit<JournalDeps, "onCancel"> {
  /** Where the run executes; it is given back when the run has ended. */
  place: Place;
}

/** A run that goes on whether or not somebody watches. */
export interface LiveRun {
  /**
   * Every event, ending with exactly one terminal one: what the database says of the ending. Where
   * the database cannot be asked, reading throws, and the reader is to go on from the database.
   */
  events: AsyncIterable<RecordedEvent>;
  /** The run as it was settled. */
  settled: Promise<Run>;
  /** Tells of something that happened beside the program. */
  tell(type: string, data: Readonly<Record<string, unknown>>): void;
  /** Stops the run; it settles as cancelled. */
  cancel(): void;
}

/**
 * Runs a started run to its end. It is settled exactly once, whichever way it ends: with the
 * engine's ending, or as `lost` when the engine breaks or is out of reach.
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
    .then((final) => {
      feed.push(endedEvent(final, journal));
      feed.close();
      return final;
    })
    .catch((cause) => {
      deps.log("error", "run_not_settled", { run_id: run.id, cause: describe(cause) });
      feed.close(new Error("Nobody knows how the run ended"));
      throw cause;
    });
  const tell: LiveRun["tell"] = (type, data) =>
    feed.push(journal.record(type, JSON.stringify(data)));
  return { events: feed, settled, tell, cancel };
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

const BROKEN = "The connection to the sandbox broke, so that nobody knows how the run ended.";
const GONE = "The sandbox was gone before the program began.";

function lost(message: string): Settlement {
  return { status: "lost", error: { kind: "lost", name: "RunLost", message }, usage: null };
}

function settlementWithout(cause: unknown): Settlement {
  if (cause instanceof EngineLost) return lost(BROKEN);
  if (cause instanceof EngineUnavailable) return lost(GONE);
  return FAILED;
}

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
    return settlementWithout(cause);
  } finally {
    clearInterval(pulse);
    place.leave();
  }
}
