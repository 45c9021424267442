import { keepAlive } from "../../_shared/background.ts";
import type { Exchange, Told } from "../tools/tool.ts";
import { awaitEnd } from "./follow.ts";
import { cancelRun } from "./repo.ts";
import { hasEnded, type RunEvent, type RunReport, Started } from "./schema.ts";

/** What to run. */
export interface Wanted {
  agent: string;
  input: unknown;
  version?: number | undefined;
}

/**
 * Runs an agent and waits for the end, or says where it stands when that takes too long: a run
 * goes on without us. The execute function starts it; its events are told as progress, if the client
 * asked for that.
 */
export function performRun(exchange: Exchange, wanted: Wanted): Promise<Told> {
  const told = startAndFollow(exchange, wanted);
  // A client that has left shall still have its run cancelled.
  keepAlive(told.catch(() => {}));
  return told;
}

async function startAndFollow(exchange: Exchange, wanted: Wanted): Promise<Told> {
  const { call, context: { mcpReq: { signal } }, leavingCancels } = exchange;
  const run = await start(exchange, wanted);
  call.noteRun(run);
  const report = await awaitEnd(call.db, run, { onEvent: progressOf(exchange), signal });
  if (leavingCancels && signal.aborted && !hasEnded(report.status)) await cancelRun(call.db, run);
  return tell(report);
}

async function start({ ask, id }: Exchange, { agent, ...body }: Wanted): Promise<string> {
  const started = await ask({
    method: "POST",
    path: `/execute/agents/${encodeURIComponent(agent)}`,
    body,
    // Started at once and answered at once.
    headers: { prefer: "wait=0", ...(id && { "idempotency-key": id, "x-request-id": id }) },
  });
  return Started.parse(started).id;
}

function tell(report: RunReport): Told {
  const { status } = report;
  if (status === "succeeded") return { value: { ...report } };
  if (hasEnded(status)) return { value: { ...report }, isError: true };
  const hint = "The run goes on: ask get_run for how it ended, or cancel_run to stop it.";
  return { value: { ...report, hint } };
}

const MAX_MESSAGE_CHARS = 500;

/** Tells events as progress: their numbers grow, as progress must. */
function progressOf({ context: { mcpReq } }: Exchange) {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return async ({ seq, type, data }: RunEvent): Promise<void> => {
    const message = `${type} ${JSON.stringify(data)}`.slice(0, MAX_MESSAGE_CHARS).toWellFormed();
    await mcpReq.notify({
      method: "notifications/progress",
      params: { progressToken, progress: seq, message },
    });
  };
}
