import * as z from "zod";
import { Fault } from "../../_shared/fault.ts";
import { type Route, route } from "../../_shared/route.ts";
import { proposePolicy } from "./propose.ts";
import { decideCall, listCalls, listUsed } from "./repo.ts";
import { ByCall, ByRun, CallQuery, Decision, Proposal, ToolCall, ToolCalls } from "./schema.ts";

/** The access ledger of runs: what they reached for, and the owner's word on what waits. */
export const calls: readonly Route[] = [
  route({
    method: "get",
    path: "/runs/:id/calls",
    summary: "List a run's tool calls, in their order: allowed or denied, why, and what came of it",
    accept: z.object({ params: ByRun, query: CallQuery }),
    needs: "agents:read",
    budget: "read",
    reply: ToolCalls,
  }, async ({ params, query }, { db }) => ({ data: await listCalls(db, params.id, query.after) })),
  route({
    method: "post",
    path: "/runs/:id/calls/:call",
    summary: "Approve or deny a tool call that waits for it; for people, not for API keys",
    accept: z.object({ params: ByCall, body: Decision }),
    needs: "agents:execute",
    budget: "write",
    reply: ToolCall,
    faults: ["approval_over", "execution_suspended", "user_quarantined"],
  }, async ({ params: { id: run, call }, body }, { db, caller }) => {
    if (caller.keyId !== undefined) throw new Fault("forbidden");
    return await decideCall(db, { run, call, approve: body.decision === "approve" });
  }),
  route({
    method: "get",
    path: "/runs/:id/policy",
    summary: "Propose the smallest policy that covers what a run did",
    accept: z.object({ params: ByRun }),
    needs: "agents:read",
    budget: "read",
    reply: Proposal,
  }, async ({ params }, { db }) => {
    const { calls, policy } = await listUsed(db, params.id);
    return proposePolicy(calls, policy);
  }),
];
