import * as z from "zod";
import { RUN_STATUSES, RunError, runId, RunUsage } from "../../_shared/run/schema.ts";
import { Timestamp } from "../../_shared/schema.ts";

/** How it stands with a run, as a tool tells it. */
export interface RunReport {
  run_id: string;
  agent: string;
  version: number;
  status: (typeof RUN_STATUSES)[number];
  output: unknown;
  error: z.infer<typeof RunError> | null;
  usage: z.infer<typeof RunUsage> | null;
}

/** The columns of a run that are told. */
export const RUN_COLUMNS = "id, agent_name, version, status, output, error, usage" as const;

/** What a row must be for us to tell it. Kinds of errors of other releases are told as ours. */
export const RunRow = z.object({
  id: z.uuid(),
  agent_name: z.string(),
  version: z.int(),
  status: z.enum(RUN_STATUSES),
  output: z.unknown(),
  error: RunError.extend({ kind: RunError.shape.kind.catch("internal") }).nullable(),
  usage: RunUsage.nullable(),
}).transform(({ id, agent_name, version, status, output, error, usage }): RunReport => ({
  run_id: runId.of(id),
  agent: agent_name,
  version,
  status,
  output,
  error,
  usage,
}));

/** One thing that happened in a run. */
export const RunEvent = z.object({
  seq: z.int().positive(),
  type: z.string(),
  at: Timestamp,
  data: z.unknown(),
});
export type RunEvent = z.infer<typeof RunEvent>;

/** What of the answer to a start is read: which run it became. */
export const Started = z.looseObject({ id: runId.param });

/** Whether a run with this status does nothing any more. */
export function hasEnded(status: RunReport["status"]): boolean {
  return status !== "queued" && status !== "running";
}
