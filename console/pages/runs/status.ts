import { RUN_STATUSES } from "../../../sdk/mod.ts";

/** The state of a run. */
export type Status = typeof RUN_STATUSES[number];

/** A state of a run by its name; undefined for what is none, as an address may say anything. */
export function statusOf(name: string | undefined): Status | undefined {
  return RUN_STATUSES.find((status) => status === name);
}
