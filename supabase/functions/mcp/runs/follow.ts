import type { Db } from "../../_shared/db.ts";
import { findRun, listEvents, MAX_EVENTS } from "./repo.ts";
import { hasEnded, type RunEvent, type RunReport } from "./schema.ts";

const POLL_MS = 500;
/** How soon one looks the second time, and how much later each time. */
const FIRST_POLL_MS = 20;
const GROWTH = 1.5;
/** An answer that takes longer than 150 s is cut by hosted projects: before that, it says where it stands. */
export const PATIENCE_MS = 100_000;

/** Who waits for a run. */
export interface Waiting {
  /** Told of each event, in order; the next is not looked for before. */
  onEvent: ((event: RunEvent) => Promise<void>) | undefined;
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
  patienceMs?: number;
}

/** A run as it is when it has ended, when nobody waits any more, or after 100 s. */
export async function awaitEnd(
  db: Db,
  id: string,
  { onEvent, signal, patienceMs = PATIENCE_MS }: Waiting,
): Promise<RunReport> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  for (let ms = FIRST_POLL_MS, seen = 0;; ms = Math.min(ms * GROWTH, POLL_MS)) {
    const run = await findRun(db, id);
    if (onEvent) seen = await tellAll(db, id, { seen, onEvent, signal: late });
    if (hasEnded(run.status) || late.aborted) return run;
    await pause(late, ms);
  }
}

/** Tells of all events after one, page by page; answers which was the last. */
async function tellAll(
  db: Db,
  id: string,
  { seen, onEvent, signal }: {
    seen: number;
    onEvent: (event: RunEvent) => Promise<void>;
    signal: AbortSignal;
  },
): Promise<number> {
  let last = seen;
  for (let more = true; more && !signal.aborted;) {
    const events = await listEvents(db, id, last);
    for (const event of events) await onEvent(event);
    last = events.at(-1)?.seq ?? last;
    more = events.length === MAX_EVENTS;
  }
  return last;
}

/** Waits so many milliseconds, or until the signal is aborted. */
export function pause(signal: AbortSignal, ms: number): Promise<void> {
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
