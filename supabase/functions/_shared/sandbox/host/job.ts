import { checkLimits, type Ending, type Job, LimitRefused, type Limits } from "../engine.ts";
import { Spending } from "./spending.ts";
import { statusOf, stopFor } from "./stop.ts";

/** The longest program, and the longest input, in UTF-16 units. */
const MAX_TEXT = 1024 * 1024;

/** Throws {@link LimitRefused} for a job that an engine with this ceiling does not take. */
export function checkJob(job: Job, ceiling: Readonly<Limits>): void {
  checkLimits(job.limits, ceiling);
  for (const name of ["program", "input"] as const) {
    if (job[name].length > MAX_TEXT) throw new LimitRefused(name, job[name].length, MAX_TEXT);
  }
}

/** The ending of a run that was cancelled before anything of it ran. */
export function neverStarted(limits: Limits): Ending {
  const { error } = stopFor("cancelled", limits);
  const usage = { ...new Spending(limits).usage(), wallMs: 0 };
  return { type: "ending", status: statusOf(error), error, usage };
}
