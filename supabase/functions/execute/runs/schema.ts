import * as z from "zod";
import { RUN_STATUSES, RunError, runId, RunLimits, RunUsage } from "../../_shared/run/schema.ts";
import { Name, Timestamp } from "../../_shared/schema.ts";

export { RunError, runId, RunLimits, RunUsage };

/** The path parameter that names an agent of the caller. */
export const ByAgent = z.object({ name: Name });

/** The path parameter that names a run of the caller. */
export const ByRun = z.object({ id: runId.param });

/** What a caller sends to start a run. */
export const NewRun = z.strictObject({
  input: z.unknown().optional().meta({ description: "Any JSON value; null if left out" }),
  version: z.int().positive().max(2 ** 31 - 1).optional()
    .meta({ description: "The published version if left out" }),
  record: z.boolean().default(false).meta({
    description: "Let the operator's ceiling decide alone, to learn which policy the agent needs",
  }),
}).meta({ id: "NewRun" });
export type NewRun = z.infer<typeof NewRun>;

/** `Idempotency-Key`: visible ASCII, as the IETF draft's strings are. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/**
 * A run: what was asked, under which limits, how it ended and what it cost. While it is queued nobody
 * knows yet where it will execute: engine, layers and limits are null.
 */
export const Run = z.object({
  id: runId.wire,
  agent: z.string().max(63),
  version: z.int().positive(),
  status: z.enum(RUN_STATUSES),
  input: z.unknown(),
  output: z.unknown(),
  error: RunError.nullable(),
  engine: z.string().max(64).nullable(),
  layers: z.array(z.string().max(64)).max(64).nullable(),
  limits: RunLimits.nullable(),
  usage: RunUsage.nullable(),
  attempt: z.int().positive(),
  trigger: z.enum(["request", "schedule", "webhook"]),
  request_id: z.string().max(200).nullable(),
  created_at: Timestamp,
  started_at: Timestamp.nullable(),
  ended_at: Timestamp.nullable(),
}).meta({ id: "Run" });
export type Run = z.infer<typeof Run>;

/** The columns of a run that callers see. */
export const RUN_COLUMNS =
  "id, agent_name, version, status, input, output, error, engine, layers, limits, usage, attempt, trigger, request_id, created_at, started_at, ended_at";

/** What a row must be for us to serve it. Kinds of errors of other releases are told as ours. */
export const RunRow = Run.omit({ agent: true }).extend({
  id: z.uuid(),
  agent_name: z.string(),
  error: RunError.extend({ kind: RunError.shape.kind.catch("internal") }).nullable(),
})
  .transform(({ agent_name, ...row }): Run => ({
    ...row,
    id: runId.of(row.id),
    agent: agent_name,
  }));

/** One thing that happened in a run. `seq` grows by one; the last event's type is `run.<status>`. */
export const RunEvent = z.object({
  seq: z.int().positive(),
  type: z.string().max(64),
  at: Timestamp,
  data: z.unknown(),
}).meta({ id: "RunEvent" });
export type RunEvent = z.infer<typeof RunEvent>;

/** How many events one request gets. */
export const MAX_EVENTS = 500;

/** A stretch of a run's events. */
export const RunEvents = z.object({ data: z.array(RunEvent).max(MAX_EVENTS) }).meta({
  id: "RunEvents",
});

/** Events after this one: what a client that lost its connection has seen already. */
export const EventQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(2 ** 31 - 1).default(0),
});

/** Whether a run with this status does nothing any more. */
export function hasEnded(status: Run["status"]): boolean {
  return status !== "queued" && status !== "running";
}

/** Whether an event of this type is the last one of its run. */
export function isTerminal(type: string): boolean {
  return RUN_STATUSES.some((status) => type === `run.${status}` && hasEnded(status));
}
