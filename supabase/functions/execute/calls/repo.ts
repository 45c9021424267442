import * as z from "zod";
import { type Db, first, one, rows } from "../../_shared/db.ts";
import { NO_POLICY, Policy } from "../../_shared/policy/schema.ts";
import { CALL_COLUMNS, CallRow, MAX_CALLS, type ToolCall, Used } from "./schema.ts";

const USED_COLUMNS =
  "tool, target, verdict, reason, bytes_in, bytes_out, ms, begun_at, reserved, reached";
/** A run has no more. */
const MAX_USED = 1_000;

const RunRow = z.object({ version_id: z.uuid() });

/** The id of the version of one of the caller's runs, or `not_found`. */
export async function findVersion(db: Db, run: string): Promise<string> {
  const reply = await db.from("runs").select("version_id").eq("id", run).maybeSingle();
  return RunRow.parse(one(reply)).version_id;
}

/** A run's tool calls after a number, at most {@link MAX_CALLS}; `not_found` without the run. */
export async function listCalls(db: Db, run: string, after: number): Promise<ToolCall[]> {
  await findVersion(db, run);
  const reply = await db.from("tool_calls").select(CALL_COLUMNS)
    .eq("run_id", run).gt("seq", after).order("seq").limit(MAX_CALLS);
  return CallRow.array().parse(rows(reply));
}

/** Says yes or no to a call of that run that waits; `not_found` where the run has no such call. */
export async function decideCall(
  db: Db,
  { run, call, approve }: { run: string; call: string; approve: boolean },
): Promise<ToolCall> {
  one(await db.from("tool_calls").select("id").eq("id", call).eq("run_id", run).maybeSingle());
  const reply = await db.rpc("decide_tool_call", { call_id: call, approve }).select(CALL_COLUMNS);
  return CallRow.parse(first(reply));
}

/** All calls of a run, and the policy of its version: none where the version is gone. */
export async function listUsed(db: Db, run: string): Promise<{ calls: Used[]; policy: Policy }> {
  const version = await findVersion(db, run);
  const [calls, policy] = await Promise.all([
    db.from("tool_calls").select(USED_COLUMNS).eq("run_id", run).order("seq").limit(MAX_USED),
    db.from("agent_versions").select("policy").eq("id", version).maybeSingle(),
  ]);
  return {
    calls: Used.array().parse(rows(calls)),
    policy: Policy.catch(NO_POLICY).parse(rows(policy)?.policy),
  };
}
