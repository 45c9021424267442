import { keepAlive } from "../../_shared/background.ts";
import { describe, type Log } from "../../_shared/log.ts";
import type { Outcome } from "./schema.ts";

/** What is done now and then, in bounded portions: the next call goes on where this one stopped. */
export interface Task {
  name: string;
  /** Does a portion and answers counts. Undefined where this deployment has nothing of the kind. */
  run: (() => Promise<Record<string, number>>) | undefined;
}

/** Longer than any task takes, and shorter than whoever calls waits. */
const WAIT_MS = 25_000;

/**
 * Runs the tasks side by side, so that one that is broken or slow keeps no other waiting, and says how
 * each went. Why one failed is in the log alone. Two calls at once are safe: each task claims what it
 * does. Never throws.
 */
export async function doWork(
  tasks: readonly Task[],
  { log, waitMs = WAIT_MS }: { log: Log; waitMs?: number },
): Promise<Outcome[]> {
  const late = AbortSignal.timeout(waitMs);
  return await Promise.all(tasks.map((task) => within(late, task.name, outcomeOf(task, log))));
}

async function outcomeOf({ name, run }: Task, log: Log): Promise<Outcome> {
  try {
    const counts = await run?.();
    return { task: name, state: counts ? "done" : "off", counts: counts ?? {} };
  } catch (cause) {
    log("error", "task_failed", { task: name, cause: describe(cause) });
    return { task: name, state: "failed", counts: {} };
  }
}

async function within(late: AbortSignal, task: string, work: Promise<Outcome>): Promise<Outcome> {
  keepAlive(work);
  const waiting = Promise.withResolvers<Outcome>();
  const giveUp = () => waiting.resolve({ task, state: "late", counts: {} });
  late.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work, waiting.promise]);
  } finally {
    late.removeEventListener("abort", giveUp);
  }
}
