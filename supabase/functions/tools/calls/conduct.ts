import { Fault, type FaultCode } from "../../_shared/fault.ts";
import { describe, type Log } from "../../_shared/log.ts";
import { jsonText } from "../../_shared/json.ts";
import { type ToolCode, ToolRefusal } from "../../_shared/policy/refusal.ts";
import { sha256 } from "../../_shared/prepared.ts";
import type { Service } from "../../_shared/service.ts";
import type { Watch } from "../../_shared/watch/watch.ts";
import { inPieces } from "./pieces.ts";
import { beginCall, type CallRow, endCall, findCallingRun, type Lacking } from "./repo.ts";
import type { CallReply, NewCall, StreamLine } from "./schema.ts";
import { legibleLine, summaryText } from "./summary.ts";
import type { CallingRun, Circumstances, Performed, Prepared, Verdict } from "./tool.ts";
import { watchCall, type Watching } from "./watch.ts";

/** What calls are conducted with. */
export interface Conductor extends Watching {
  service: Service;
  watch: Pick<Watch, "report">;
  log: Log;
  requestId: string;
}

/** A call that comes back as one, or as a stream of lines. */
export type Conducted = CallReply | AsyncGenerator<StreamLine, void, void>;

/** No call outlives the request that a hosted function is sure to have time for. */
const MAX_CALL_MS = 120_000;
const MAX_TARGET = 2_000;
/** How far beyond its target a call is written down, and what is kept of each. */
const MAX_REACHED = 20;
const MAX_REACHED_TARGET = 500;
const MAX_MESSAGE = 300;

/** What the database refuses, as a program hears it. Anything else is an outage to it. */
const BY_FAULT: Partial<Record<FaultCode, ToolCode>> = {
  run_ended: "run_ended",
  tool_budget_spent: "budget_spent",
  forbidden: "run_ended",
  execution_suspended: "run_ended",
  agent_quarantined: "run_ended",
  user_quarantined: "run_ended",
  key_quarantined: "run_ended",
};

/**
 * One tool call of a run, from its arguments to its answer. Policy, ceiling and budgets are asked
 * before anything happens, whatever comes is in the ledger, and what a program can do wrong is its
 * answer. Throws only what is our own fault.
 */
export async function conduct(
  conductor: Conductor,
  call: NewCall & { run: string; attempt: number },
  signal: AbortSignal,
): Promise<Conducted> {
  const { service, log } = conductor;
  const ended = watchCall(conductor, call.tool);
  try {
    const run = await findCallingRun(service, call);
    const opened = await open(conductor, run, call);
    if ("waiting" in opened) {
      ended("waiting");
      return opened;
    }
    const until = AbortSignal.any([signal, AbortSignal.timeout(MAX_CALL_MS)]);
    const at = { call: call.call, run, service, log, signal: until };
    const { stream } = opened;
    if (stream === undefined) return await perform(at, () => opened.perform(at), ended);
    return inPieces(stream(at), (work) => perform(at, work, ended));
  } catch (thrown) {
    const reply = replyTo(thrown, log);
    ended(reply.code);
    return reply;
  }
}

/** Writes the call down as denied, waiting or begun. Throws the refusal where it is denied. */
async function open(
  conductor: Conductor,
  run: CallingRun,
  { call, tool, args }: NewCall,
): Promise<Prepared | { waiting: { call: string; until: string } }> {
  const { tools, service } = conductor;
  const argsHash = await sha256(jsonText([tool, args]));
  const base = { run: run.id, attempt: run.attempt, call, tool: legible(tool), argsHash };
  let prepared: Prepared | undefined;
  let verdict: Verdict;
  let summary: string;
  try {
    const known = tools.get(tool);
    if (known === undefined) throw new ToolRefusal("unknown_tool", "There is no such tool.");
    prepared = await known.prepare(args, run);
    verdict = prepared.judge(run);
    summary = summaryText(prepared, { asked: verdict.approval });
  } catch (thrown) {
    if (!(thrown instanceof ToolRefusal)) throw thrown;
    const target = legible(prepared?.target ?? "");
    const denied = thrown.code;
    await beginCall(service, { ...base, target, denied, summary: "null", amounts: [] });
    if (prepared !== undefined) report(conductor, run, { tool, code: denied });
    throw thrown;
  }
  const row = await beginCall(service, {
    ...base,
    target: legible(prepared.target),
    summary,
    amounts: verdict.amounts,
    ...(verdict.approval && {
      approvalSeconds: Math.min(run.policy.approval_seconds, run.ceiling.approval_seconds),
    }),
  });
  if (row.verdict === "waiting") return { waiting: { call, until: row.deadline_at ?? "" } };
  const refusal = refusalOf(row);
  if (refusal !== undefined) throw refusal;
  return prepared;
}

/** Why a call that the ledger knows does not begin. */
function refusalOf({ verdict, budget }: CallRow): ToolRefusal | undefined {
  switch (verdict) {
    case "denied":
      return new ToolRefusal("budget_spent", spentOf(budget));
    case "refused":
      return new ToolRefusal("approval_denied", "The owner said no.");
    case "expired":
      return new ToolRefusal("approval_expired", "Nobody approved the call in time.");
  }
}

function legible(text: string): string {
  return legibleLine(text, MAX_TARGET);
}

/** Which budget has no room, and why: `fetch_bytes: 200 of 256 spent, 100 asked`. */
function spentOf(lacking: Lacking | null): string {
  if (lacking === null) return "What may be spent on this is spent.";
  const { scope, what, amount, spent, most } = lacking;
  const when = scope === "run" ? "" : " today";
  return `${what}: ${spent} of ${most} spent${when}${spent < most ? `, ${amount} asked` : ""}`;
}

/** What a policy denied is worth an operator's look: a program reached for what it was not given. */
function report({ watch, requestId }: Conductor, run: CallingRun, about: Denied): void {
  watch.report({
    type: "egress_denied",
    userId: run.userId,
    context: { requestId, address: undefined, userAgent: undefined },
    code: about.code,
    data: { tool: about.tool, agent: run.agentName },
  });
}

interface Denied {
  tool: string;
  code: ToolCode;
}

/** Does the work of a call that has begun. It is written down as ended even where the run is gone. */
async function perform(
  { run, call, service, log }: Circumstances,
  work: () => Promise<Performed>,
  ended: (outcome: string) => void,
): Promise<CallReply> {
  const started = performance.now();
  const close = (outcome: string, came: Partial<Performed>) => {
    const { bytesIn = 0, bytesOut = 0, spent = [], reached = [] } = came;
    const ms = performance.now() - started;
    ended(outcome);
    const kept = reached.slice(0, MAX_REACHED)
      .map(({ tool, target }) => ({ tool, target: legibleLine(target, MAX_REACHED_TARGET) }));
    const closing = { outcome, bytesIn, bytesOut, spent, reached: kept, ms };
    return endCall(service, { run: run.id, call, ...closing });
  };
  let performed: Performed;
  try {
    performed = await work();
  } catch (thrown) {
    const reply = replyTo(thrown, log);
    await close(reply.code, thrown instanceof ToolRefusal ? thrown.until : {});
    return reply;
  }
  await close("ok", performed);
  return { ok: true, value: performed.value ?? null };
}

function replyTo(thrown: unknown, log: Log): { ok: false; code: string; message: string } {
  if (thrown instanceof ToolRefusal) {
    if (thrown.cause !== undefined) log("info", "tool_refused", { cause: describe(thrown.cause) });
    return { ok: false, code: thrown.code, message: thrown.message.slice(0, MAX_MESSAGE) };
  }
  const code = thrown instanceof Fault ? BY_FAULT[thrown.code] : undefined;
  if (thrown instanceof Fault && code !== undefined) {
    return { ok: false, code, message: thrown.message.slice(0, MAX_MESSAGE) };
  }
  log("error", "tool_failed", { cause: describe(thrown) });
  return { ok: false, code: "unavailable", message: "The tool cannot be had at the moment." };
}
