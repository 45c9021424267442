import assert from "@std/assert";
import type { Charge } from "../../../../supabase/functions/_shared/limit/limits.ts";
import { calmWindowS } from "./hammer.ts";
import { startProcesses } from "./processes.ts";
import type { Job } from "./worker.ts";

/** So many ask, however many processes they share. */
export const REQUESTS = 2_000;
const QUOTA = 60;

/** A budget that nobody else has, of each of the subjects. */
export function charges(subjects: readonly string[], quota = QUOTA): Charge[] {
  const [id, windowS] = [crypto.randomUUID(), calmWindowS()];
  return subjects.map((subject) => ({
    budget: "execute",
    subject: `${subject}:${id}`,
    quota,
    windowS,
  }));
}

/**
 * Lets processes pay that have asked for nothing before, 50 at once all in all: every request ends,
 * and exactly the budget passes.
 */
export async function assertExact(
  processes: number,
  upstash: Job["upstash"],
  subjects: readonly string[],
): Promise<void> {
  const started = await startProcesses(processes, {
    upstash,
    charges: charges(subjects),
    requests: REQUESTS / processes,
    concurrency: Math.ceil(50 / processes),
    cold: true,
  });
  const ended = Object.entries(await started.end()).map(([how, { count }]) => [how, count]);
  assert.deepEqual(Object.fromEntries(ended), {
    passed: QUOTA,
    rate_limited: REQUESTS - QUOTA,
  });
}
