import { describe } from "../log.ts";
import { EngineLost, EngineUnavailable, type Job, type Place } from "../sandbox/engine.ts";
import { createFeed, type Feed } from "./feed.ts";
import { createJournal, FAILED, type Journal, type JournalDeps } from "./journal.ts";
import type { RecordedEvent, Settled, Settlement } from "./ledger.ts";
import { runId } from "./schema.ts";
import { dataOf, settlementOf } from "./translate.ts";

/** How often a long run stores its events, and asks whether it shall stop. */
const PULSE_MS = 1_000;

/** What performing needs from the outside, and tests replace. */
export interface Performers<Final extends Settled> extends Omit<JournalDeps<Final>, "onCancel"> {
  /** Where the run executes; it is given back when the run has ended. */
  place: Place;
}

/** An attempt that was just begun, as its `run.started` tells of it. */
export interface Begun {
  /** On the wire's spelling. */
  id: string;
  agent: string;
  version: number;
  engine: string | null;
  attempt: number;
  started_at: string | null;
  created_at: string;
}

/** A run that goes on whether or not somebody watches. */
export interface LiveRun<Final extends Settled> {
  /**
   * Every event, ending with exactly one terminal one: what the database says of the ending. Where
   * the database cannot be asked, reading throws, and the reader is to go on from the database.
   */
  events: AsyncIterable<RecordedEvent>;
  /** The run as it was settled, or as it is where this attempt is not its last any more. */
  settled: Promise<Final>;
  /** Tells of something that happened beside the program. */
  tell(type: string, data: Readonly<Record<string, unknown>>): void;
  /** Stops the run; it settles as cancelled. */
  cancel(): void;
}

/**
 * Runs a started run to its end. It is settled exactly once, whichever way it ends: with the
 * engine's ending, or as `lost` when the engine breaks or is out of reach. `startedSeq` is the number
 * of its `run.started`, which is 1 unless it came through the queue.
 */
export function perform<Final extends Settled>(
  run: Begun,
  job: Promise<Job | Settlement>,
  deps: Performers<Final>,
  startedSeq = 1,
): LiveRun<Final> {
  const feed = createFeed<RecordedEvent>();
  const stop = new AbortController();
  const cancel = () => stop.abort();
  const at = { id: runId.param.parse(run.id), attempt: run.attempt };
  const journal = createJournal(at, startedSeq, { ...deps, onCancel: cancel });
  feed.push(startedEvent(run, startedSeq));
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
  const tell: LiveRun<Final>["tell"] = (type, data) =>
    feed.push(journal.record(type, JSON.stringify(data)));
  return { events: feed, settled, tell, cancel };
}

/** The event that the database wrote when the attempt began. */
function startedEvent(run: Begun, seq: number): RecordedEvent {
  const { agent, version, engine, attempt, started_at, created_at } = run;
  const data = JSON.stringify({ agent, version, engine, attempt });
  return { seq, type: "run.started", at: started_at ?? created_at, data };
}

/** The event that `settle_run` wrote. */
function endedEvent<Final extends Settled>(
  { status, output, error, usage, ended_at }: Final,
  journal: Journal<Final>,
): RecordedEvent {
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

interface Stage<Final extends Settled> {
  feed: Feed<RecordedEvent>;
  journal: Journal<Final>;
  signal: AbortSignal;
}

async function conduct<Final extends Settled>(
  job: Promise<Job | Settlement>,
  { place, log }: Performers<Final>,
  { feed, journal, signal }: Stage<Final>,
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
