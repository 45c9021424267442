import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { EndingStatus, ErrorKind, limitsOf, usageOf } from "../../_shared/sandbox/schema.ts";
import { Name, Timestamp } from "../../_shared/schema.ts";

/** The ids of runs: UUIDv7 inside, `run_…` outside. */
export const runId = prefixedId("run");

const STATUSES = ["queued", "running", ...EndingStatus.options, "lost"] as const;

const Count = z.number().min(0);

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

/** What went wrong in a run: where in the agent's own source, and nothing of ours. */
export const RunError = z.object({
  kind: z.enum([...ErrorKind.options, "lost"]),
  name: z.string().max(200),
  message: z.string().max(4_000),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
}).meta({ id: "RunError" });

/** What a run may spend. */
export const RunLimits = z.object(limitsOf(Count)).meta({ id: "RunLimits" });
export type RunLimits = z.infer<typeof RunLimits>;

/** What a run spent. */
export const RunUsage = z.object(usageOf(Count)).meta({ id: "RunUsage" });
export type RunUsage = z.infer<typeof RunUsage>;

/** A run: what was asked, under which limits, how it ended and what it cost. */
export const Run = z.object({
  id: runId.wire,
  agent: z.string().max(63),
  version: z.int().positive(),
  status: z.enum(STATUSES),
  input: z.unknown(),
  output: z.unknown(),
  error: RunError.nullable(),
  engine: z.string().max(64),
  layers: z.array(z.string().max(64)).max(64),
  limits: RunLimits,
  usage: RunUsage.nullable(),
  request_id: z.string().max(64),
  created_at: Timestamp,
  started_at: Timestamp.nullable(),
  ended_at: Timestamp.nullable(),
}).meta({ id: "Run" });
export type Run = z.infer<typeof Run>;

/** The columns of a run that callers see. */
export const RUN_COLUMNS =
  "id, agent_name, version, status, input, output, error, engine, layers, limits, usage, request_id, created_at, started_at, ended_at";

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
  return STATUSES.some((status) => type === `run.${status}` && hasEnded(status));
}
