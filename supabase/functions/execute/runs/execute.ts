import { Fault } from "../../_shared/fault.ts";
import type { Call } from "../../_shared/route.ts";
import { eventStream } from "../../_shared/sse.ts";
import { followRun } from "./follow.ts";
import { createLedger } from "./ledger.ts";
import { findRun } from "./repo.ts";
import { type NewRun, type Run, runId } from "./schema.ts";
import type { Stage } from "./stage.ts";
import { startRun } from "./start.ts";
import { liveMessages, storedMessages } from "./stream.ts";

const BUSY_RETRY_S = 5;

/** Whether the caller wants events as they happen. */
export function wantsStream({ header }: Call): boolean {
  return /\btext\/event-stream\b/i.test(header("accept") ?? "");
}

/**
 * Starts a run of the caller's agent, and answers with its end or with its stream. A repeated
 * request (`Idempotency-Key`) gets the run from before.
 */
export async function execute(
  stage: Stage,
  call: Call,
  { agent, body }: { agent: string; body: NewRun },
): Promise<Run | Response> {
  const { platform } = call;
  const stream = wantsStream(call);
  const deps = { engine: stage.engine, ledger: createLedger(platform.service) };
  const started = await startRun(call, deps, { agent, body, stream });
  call.reply("location", `/functions/v1/execute/runs/${started.run.id}`);
  if (started.replayed) return replay(call, started.run, stream);
  const live = stage.launch(call, started);
  return stream ? eventStream(liveMessages(live.events)) : placed(await live.settled);
}

/** A run's events after a sequence number, stored and to come. */
export async function followEvents(
  { db, header }: Call,
  id: string,
  after: number,
): Promise<Response> {
  await findRun(db, id);
  const last = Number(header("last-event-id") ?? after);
  if (!Number.isSafeInteger(last) || last < 0) {
    throw new Fault("invalid_request", "Last-Event-ID is a sequence number.");
  }
  return eventStream(storedMessages(followRun(db, id, last)));
}

function replay(call: Call, run: Run, stream: boolean): Promise<Run | Response> {
  call.reply("idempotent-replayed", "true");
  return stream ? followEvents(call, runId.param.parse(run.id), 0) : Promise.resolve(run);
}

/** A run that found no place in time never ran: that is the platform's fault and not an ending. */
function placed(run: Run): Run {
  if (run.error?.kind !== "engine_busy") return run;
  throw new Fault("engine_busy", `Nothing of run ${run.id} was executed.`, {
    retryAfter: BUSY_RETRY_S,
  });
}
