import type { Run } from "./wire.ts";

/** Whether a run with this status does nothing any more. */
export function hasEnded(status: Run["status"]): boolean {
  return status !== "queued" && status !== "running";
}
