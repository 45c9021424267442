import { Fault } from "../fault.ts";
import { describe, type Log } from "../log.ts";
import type { Attempt, RecordedEvent, RunLedger, Settled, Settlement } from "./ledger.ts";
import { runId } from "./schema.ts";

/**
 * How long to wait before each next try to settle: 45 s in all. By then a database that can be
 * reached knows the run's end, if only that it is lost, since it stopped reporting.
 */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000];
/** A database that answers and refuses may have had two transactions collide, but not twice. */
const MAX_REFUSALS = 2;

/** The events of one attempt, numbered, kept until the database has them. */
export interface Journal<Final extends Settled> {
  record(type: string, data: string): RecordedEvent;
  /** Stores what was recorded since the last time, and learns whether the attempt shall stop. */
  flush(): Promise<void>;
  /**
   * Stores the rest together with the ending, and answers the run as the database then has it.
   * Tries again when the database does not answer. An ending that it refuses is settled as lost.
   */
  settle(how: Settlement): Promise<Final>;
}

/** What a journal needs from outside. */
export interface JournalDeps<Final extends Settled> {
  ledger: RunLedger<Final>;
  log: Log;
  /** Called when the attempt shall stop: its owner wants it, or it is not the run's last any more. */
  onCancel(): void;
  /** Waits so many milliseconds; tests do not. */
  pause?(ms: number): Promise<void>;
}

/** What a run ends as when its own ending is not to be had. */
export const FAILED: Settlement = {
  status: "lost",
  error: { kind: "internal", name: "InternalError", message: "The sandbox failed." },
  usage: null,
};

/** A journal of an attempt whose `run.started`, which the database wrote, has this number. */
export function createJournal<Final extends Settled>(
  at: Attempt,
  startedSeq: number,
  { ledger, log, onCancel, pause = sleep }: JournalDeps<Final>,
): Journal<Final> {
  const run_id = runId.of(at.id);
  let seq = startedSeq;
  let pending: RecordedEvent[] = [];
  let writing: Promise<void> = Promise.resolve();
  let queued = false;

  async function append(): Promise<void> {
    queued = false;
    const batch = pending;
    pending = [];
    try {
      if (await ledger.append(at, batch)) onCancel();
    } catch (cause) {
      pending = [...batch, ...pending];
      log("warn", "events_not_stored", { run_id, cause: String(cause) });
    }
  }

  return {
    record(type, data) {
      const event = { seq: ++seq, type, at: new Date().toISOString(), data };
      pending.push(event);
      return event;
    },
    flush() {
      // A slow database gets one question at a time, and at most one more behind it.
      if (!queued) writing = writing.then(append);
      queued = true;
      return writing;
    },
    async settle(how) {
      await writing;
      try {
        return await withRetries(() => ledger.settle(at, how, pending), pause);
      } catch (cause) {
        if (isOutage(cause)) throw cause;
        log("error", "ending_refused", { run_id, cause: describe(cause) });
        return await withRetries(() => ledger.settle(at, FAILED, []), pause);
      }
    },
  };
}

async function withRetries<T>(work: () => Promise<T>, pause: typeof sleep): Promise<T> {
  let refusals = 0;
  for (const ms of PAUSES_MS) {
    try {
      return await work();
    } catch (cause) {
      if (!isOutage(cause) && ++refusals === MAX_REFUSALS) throw cause;
      await pause(ms);
    }
  }
  return await work();
}

function isOutage(cause: unknown): boolean {
  return cause instanceof Fault && cause.code === "database_unavailable";
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
