import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { PageQuery, Timestamp } from "../../_shared/schema.ts";

const runId = prefixedId("run");

/** The id of a run, as callers see it. */
export const RunId = runId.param;

const RunStatus = z.enum([
  "queued",
  "running",
  "succeeded",
  "failed",
  "timed_out",
  "out_of_memory",
  "output_exceeded",
  "cancelled",
  "lost",
]);

/** Which runs to list. */
export const RunQuery = PageQuery.extend({ status: RunStatus.optional() });
export type RunQuery = z.infer<typeof RunQuery>;

/** A run in an agent's history; the `execute` function serves the whole of it. */
export const RunSummary = z.object({
  id: runId.wire,
  version: z.int().positive(),
  status: RunStatus,
  engine: z.string().max(64),
  created_at: Timestamp,
  ended_at: Timestamp.nullable(),
}).meta({ id: "RunSummary" });
export type RunSummary = z.infer<typeof RunSummary>;

/** What a row must be for us to serve it. */
export const RunSummaryRow = RunSummary.extend({ id: z.uuid() })
  .transform((row): RunSummary => ({ ...row, id: runId.of(row.id) }));
