import { keepAlive } from "../../_shared/background.ts";
import type { Exchange, Told } from "../tools/tool.ts";
import { awaitEnd, PATIENCE_MS } from "./follow.ts";
import { progressOf } from "./progress.ts";
import { cancelRun } from "./repo.ts";
import { hasEnded, type RunReport } from "./schema.ts";
import { startRun, type Wanted } from "./start.ts";

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
  const { call, ask, id, context: { mcpReq }, leavingCancels } = exchange;
  const begun = performance.now();
  const onEvent = await progressOf(exchange);
  const run = await startRun(ask, id, wanted);
  call.noteRun(run);
  // The library's own signal is not aborted by who has left before it saw the request.
  const signal = AbortSignal.any([call.signal, mcpReq.signal]);
  const patienceMs = Math.max(0, PATIENCE_MS - (performance.now() - begun));
  const report = await awaitEnd(call.db, run, { onEvent, signal, patienceMs });
  if (leavingCancels && signal.aborted && !hasEnded(report.status)) await cancelRun(call.db, run);
  return tell(report);
}

function tell(report: RunReport): Told {
  const { status } = report;
  if (status === "succeeded") return { value: { ...report } };
  if (hasEnded(status)) return { value: { ...report }, isError: true };
  const hint = "The run goes on: ask get_run for how it ended, or cancel_run to stop it.";
  return { value: { ...report, hint } };
}
