import * as z from "zod";
import { rows } from "../../_shared/db.ts";
import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";
import type { Reached } from "../../_shared/policy/refusal.ts";
import type { Service } from "../../_shared/service.ts";
import type { Amount, Spent } from "../../_shared/policy/budget.ts";
import type { CallingRun } from "./tool.ts";

const RunRow = z.strictObject({
  user_id: z.uuid(),
  agent_id: z.uuid(),
  agent_name: z.string(),
  policy: Policy.catch(NO_POLICY),
  ceiling: Policy.catch(NO_POLICY),
  recording: z.boolean(),
});

/** A budget without room for a call. */
const Lacking = z.object({
  scope: z.enum(["run", "agent", "user"]),
  what: z.string(),
  amount: z.number(),
  spent: z.number(),
  most: z.number(),
});
export type Lacking = z.infer<typeof Lacking>;

/** The state of a call in the ledger. */
const CallRow = z.object({
  verdict: z.enum(["allowed", "denied", "waiting", "approved", "refused", "expired"]),
  reason: z.string().nullable().default(null),
  deadline_at: z.string().nullable(),
  budget: Lacking.nullable().default(null),
});
export type CallRow = z.infer<typeof CallRow>;

/** What the ledger is told of a call before anything happens. */
export interface Opening {
  run: string;
  attempt: number;
  call: string;
  tool: string;
  target: string;
  /** Why it is denied; undefined where it is covered. */
  denied?: string | undefined;
  /** How many seconds a person has to approve; undefined where nobody is asked. */
  approvalSeconds?: number | undefined;
  /** JSON text. */
  summary: string;
  /** SHA-256 of the arguments: what was approved is what is done. */
  argsHash: string;
  amounts: readonly Amount[];
}

/** How a call ended. */
export interface Closing {
  run: string;
  call: string;
  /** `ok`, or the code of what went wrong. */
  outcome: string;
  bytesIn: number;
  bytesOut: number;
  ms: number;
  spent: readonly Spent[];
  reached: readonly Reached[];
}

/**
 * The run and what it may; `run_ended` once it has, or is at another attempt. A policy that cannot be
 * read grants nothing.
 */
export async function findCallingRun(
  service: Service,
  { run, attempt }: { run: string; attempt: number },
): Promise<CallingRun> {
  const row = RunRow.parse(rows(await service("find_tool_run", { run_id: run, attempt })));
  const { user_id: userId, agent_id: agentId, agent_name: agentName, ...rest } = row;
  return { id: run, attempt, userId, agentId, agentName, ...rest };
}

/** Writes the call down and reserves what it may spend, or answers how it stands already. */
export async function beginCall(service: Service, opening: Opening): Promise<CallRow> {
  const reply = await service("begin_tool_call", {
    run_id: opening.run,
    attempt: opening.attempt,
    call_id: opening.call,
    tool: opening.tool,
    target: opening.target,
    summary: opening.summary,
    args_hash: opening.argsHash,
    budgets: JSON.stringify(opening.amounts),
    ...(opening.denied !== undefined && { denied: opening.denied }),
    ...(opening.approvalSeconds !== undefined && { approval_seconds: opening.approvalSeconds }),
  });
  return CallRow.parse(rows(reply));
}

/** Writes down what came of a call, and gives back what it did not spend. */
export async function endCall(service: Service, closing: Closing): Promise<void> {
  rows(
    await service("end_tool_call", {
      run_id: closing.run,
      call_id: closing.call,
      outcome: closing.outcome,
      bytes_in: closing.bytesIn,
      bytes_out: closing.bytesOut,
      ms: Math.round(closing.ms),
      spent: JSON.stringify(closing.spent),
      reached: JSON.stringify(closing.reached),
    }),
  );
}
