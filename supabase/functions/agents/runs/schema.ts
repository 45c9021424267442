import * as z from "zod";
import { RUN_STATUSES, runId } from "../../_shared/run/schema.ts";
import { PageQuery, Timestamp } from "../../_shared/schema.ts";
import { AgentName } from "../agents/schema.ts";

/** The id of a run, as callers see it. */
export const RunId = runId.param;

const RunStatus = z.enum(RUN_STATUSES);

/** Which of an agent's runs to list. */
export const RunQuery = PageQuery.extend({ status: RunStatus.optional() });
export type RunQuery = z.infer<typeof RunQuery>;

/** Which of all runs to list. */
export const OwnRunQuery = RunQuery.extend({
  agent: AgentName.optional().meta({ description: "Those of one agent alone" }),
});

/**
 * A run in a history; the `execute` function serves the whole of it. The agent's name is the one
 * that it had then. A run that waits in the queue has no engine yet.
 */
export const RunSummary = z.object({
  id: runId.wire,
  agent: z.string().max(63),
  version: z.int().positive(),
  status: RunStatus,
  trigger: z.enum(["request", "schedule", "webhook"]),
  engine: z.string().max(100).nullable(),
  created_at: Timestamp,
  started_at: Timestamp.nullable(),
  ended_at: Timestamp.nullable(),
}).meta({ id: "RunSummary" });
export type RunSummary = z.infer<typeof RunSummary>;

/** What a row must be for us to serve it. */
export const RunSummaryRow = RunSummary.omit({ agent: true })
  .extend({ id: z.uuid(), agent_name: z.string() })
  .transform(({ agent_name, ...row }): RunSummary => ({
    ...row,
    id: runId.of(row.id),
    agent: agent_name,
  }));
