/** Every state of a run, in the order of its life. */
export const STATUSES = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "timed_out",
  "out_of_memory",
  "output_exceeded",
  "cancelled",
  "lost",
] as const;

/** The state of a run. */
export type Status = typeof STATUSES[number];

/** A state of a run by its name; undefined for what is none, as an address may say anything. */
export function statusOf(name: string | undefined): Status | undefined {
  return STATUSES.find((status) => status === name);
}
