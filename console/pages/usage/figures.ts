import type { RunUsageReport } from "../../../sdk/mod.ts";

/** Numbers of some runs: of a day, of an agent, of all. */
export type Tally = RunUsageReport["total"];

/** Runs that did not do what they should: neither succeeded, nor cancelled, nor under way. */
export function failedOf({ statuses }: Pick<Tally, "statuses">): number {
  const { failed, timed_out, out_of_memory, output_exceeded, lost } = statuses;
  return failed + timed_out + out_of_memory + output_exceeded + lost;
}

/** A part of a whole as people say it: `3 (1.5 %)`. */
export function shareOf(part: number, whole: number): string {
  if (whole === 0) return "0";
  const percent = part / whole * 100;
  return `${part.toLocaleString("en")} (${percent.toFixed(percent < 10 && part > 0 ? 1 : 0)} %)`;
}
