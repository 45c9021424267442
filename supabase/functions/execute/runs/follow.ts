import type { Db } from "../../_shared/db.ts";
import { findRun, listEvents } from "./repo.ts";
import { hasEnded, isTerminal, type Run, type RunEvent } from "./schema.ts";

const POLL_MS = 500;
/** How soon one looks the second time who waits for an end, and how much later each time. */
const FIRST_POLL_MS = 20;
const GROWTH = 1.5;
/** An isolate is only sure of half its wall clock: the client comes back with `Last-Event-ID`. */
const FOLLOW_MS = 60_000;

/** Where to begin, and whether somebody still reads. */
export interface Following {
  /** The last sequence number that the reader has seen. */
  after: number;
  signal: AbortSignal;
}

/**
 * A run's events from the database until its terminal one, or until there is nothing more to come.
 * Ends without it after a minute, or when the reader is gone: one goes on from where one was.
 */
export async function* followRun(
  db: Db,
  runId: string,
  { after, signal }: Following,
): AsyncGenerator<RunEvent> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(FOLLOW_MS)]);
  for (let seen = after, ended = false; !stop.aborted;) {
    const events = await listEvents(db, runId, seen);
    for (const event of events) {
      yield event;
      if (isTerminal(event.type)) return;
      seen = event.seq;
    }
    if (events.length > 0) continue;
    if (ended) return;
    // Its last events may have come between the two questions: they are asked for once more.
    ended = hasEnded((await findRun(db, runId)).status);
    if (!ended) await pause(stop);
  }
}

/** A run as it is when it has ended, or after `waitMs`. */
export async function awaitEnd(db: Db, runId: string, waitMs: number): Promise<Run> {
  const late = AbortSignal.timeout(waitMs);
  for (let ms = FIRST_POLL_MS;; ms = Math.min(ms * GROWTH, POLL_MS)) {
    const run = await findRun(db, runId);
    if (hasEnded(run.status) || late.aborted) return run;
    await pause(late, ms);
  }
}

function pause(signal: AbortSignal, ms = POLL_MS): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
