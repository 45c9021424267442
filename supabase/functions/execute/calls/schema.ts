import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { Policy } from "../../_shared/policy/schema.ts";
import { Timestamp } from "../../_shared/schema.ts";

const runId = prefixedId("run");

/** How many rows of a ledger one request gets. */
export const MAX_CALLS = 200;

/** The path parameter that names a run of the caller. */
export const ByRun = z.object({ id: runId.param });

/** The path parameters that name a tool call of a run of the caller. */
export const ByCall = ByRun.extend({ call: z.uuid() });

/** Which rows: those after this number. */
export const CallQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(2 ** 31 - 1).default(0),
});

/** What a person says to a call that waits. */
export const Decision = z.strictObject({ decision: z.enum(["approve", "deny"]) })
  .meta({ id: "Decision" });

/** How far beyond their targets calls are written down. */
const MAX_REACHED = 20;

/** What a call came to beyond its target. */
const Reached = z.object({ tool: z.string().max(200), target: z.string().max(2_000) });

const Verdict = z.enum(["allowed", "denied", "waiting", "approved", "refused", "expired"]);

/** A row of the access ledger: what a run reached for, who allowed it, and what came of it. */
export const ToolCall = z.object({
  id: z.uuid(),
  seq: z.int().positive(),
  tool: z.string().max(200),
  target: z.string().max(2_000),
  summary: z.unknown(),
  args_hash: z.string().max(64).meta({ description: "SHA-256 of tool and arguments" }),
  verdict: Verdict,
  reason: z.string().max(64).nullable().meta({ description: "Why it was denied" }),
  outcome: z.string().max(64).nullable()
    .meta({ description: "`ok`, the code of what went wrong, or `abandoned` by the run's end" }),
  reached: z.array(Reached).max(MAX_REACHED).nullable().meta({
    description: "Beyond the target: redirects that were followed, files that a line of the " +
      "shell saw or changed. The first 20",
  }),
  bytes_in: z.int().min(0),
  bytes_out: z.int().min(0),
  ms: z.int().min(0).nullable(),
  created_at: Timestamp,
  deadline_at: Timestamp.nullable(),
  decided_at: Timestamp.nullable(),
  begun_at: Timestamp.nullable(),
  ended_at: Timestamp.nullable(),
}).meta({ id: "ToolCall" });
export type ToolCall = z.infer<typeof ToolCall>;

/** The columns of a call that callers see. */
export const CALL_COLUMNS =
  "id, seq, tool, target, summary, args_hash, verdict, reason, outcome, reached, bytes_in, bytes_out, ms, created_at, deadline_at, decided_at, begun_at, ended_at";

/** A row as it is told: nobody is asked any more once the deadline is over. */
export const CallRow = ToolCall.transform((row): ToolCall => {
  const late = row.deadline_at !== null && Date.parse(row.deadline_at) <= Date.now();
  return row.verdict === "waiting" && late ? { ...row, verdict: "expired" } : row;
});

/** A stretch of a run's ledger. */
export const ToolCalls = z.object({ data: z.array(ToolCall).max(MAX_CALLS) })
  .meta({ id: "ToolCalls" });

/** What is not in the policy: what the run did not get, and what no policy could say. */
export const Denied = z.object({
  tool: z.string().max(200),
  target: z.string().max(2_000),
  reason: z.string().max(64).nullable(),
});
export type Denied = z.infer<typeof Denied>;

/** The smallest policy that covers what a run did, and what it was denied. */
export const Proposal = z.object({
  policy: Policy,
  denied: z.array(Denied).max(100),
}).meta({ id: "PolicyProposal" });
export type Proposal = z.infer<typeof Proposal>;

/** A call as a policy is made from it. */
export const Used = z.object({
  tool: z.string(),
  target: z.string(),
  verdict: Verdict,
  reason: z.string().nullable(),
  bytes_in: z.number(),
  bytes_out: z.number(),
  ms: z.number().nullable(),
  begun_at: z.string().nullable(),
  reached: z.array(Reached).nullable().catch(null),
  reserved: z.array(z.object({ what: z.string(), amount: z.number() })).catch([]),
});
export type Used = z.infer<typeof Used>;
