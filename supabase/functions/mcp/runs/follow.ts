import type { Db } from "../../_shared/db.ts";
import { findRun, listEvents } from "./repo.ts";
import { hasEnded, type RunEvent, type RunReport } from "./schema.ts";

const POLL_MS = 500;
/** How soon one looks the second time, and how much later each time. */
const FIRST_POLL_MS = 20;
const GROWTH = 1.5;
/** An answer that takes longer than 150 s is cut by hosted projects: before that, it says where it stands. */
const PATIENCE_MS = 100_000;

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
    for (const event of onEvent ? await listEvents(db, id, seen) : []) {
      await onEvent?.(event);
      seen = event.seq;
    }
    if (hasEnded(run.status) || late.aborted) return run;
    await pause(late, ms);
  }
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
