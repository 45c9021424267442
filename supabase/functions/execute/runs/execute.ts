import { Fault } from "../../_shared/fault.ts";
import type { Call } from "../../_shared/route.ts";
import { eventStream } from "../../_shared/sse.ts";
import { followRun } from "./follow.ts";
import { createLedger } from "./ledger.ts";
import { findRun, hasPermission } from "./repo.ts";
import { type NewRun, type Run, runId } from "./schema.ts";
import type { Stage } from "./stage.ts";
import { startRun } from "./start.ts";
import { liveMessages, storedMessages } from "./stream.ts";

const MAX_SEQ = 2 ** 31 - 1;

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
  asked: { agent: string; body: NewRun },
): Promise<Run | Response> {
  const stream = wantsStream(call);
  if (stream) await requireStreaming(call);
  const ledger = createLedger(call.platform.service);
  const started = await startRun(call, { engine: stage.engine, ledger }, asked);
  const { id } = "replayed" in started ? started.replayed : started.run;
  call.reply("location", `/functions/v1/execute/runs/${id}`);
  if ("replayed" in started) return replay(call, started.replayed, stream);
  const live = stage.launch(call, started);
  return stream ? eventStream(liveMessages(live.events)) : await live.settled;
}

/** A run's events after a sequence number, stored and to come, as a stream. */
export async function followEvents(call: Call, id: string, after: number): Promise<Response> {
  const last = Number(call.header("last-event-id") ?? after);
  if (!Number.isSafeInteger(last) || last < 0 || last > MAX_SEQ) {
    throw new Fault("invalid_request", "Last-Event-ID is a sequence number.");
  }
  await requireStreaming(call);
  await findRun(call.db, id);
  return streamFrom(call, id, last);
}

function streamFrom({ db }: Call, id: string, after: number): Response {
  const gone = new AbortController();
  const messages = storedMessages(followRun(db, id, { after, signal: gone.signal }));
  return eventStream(messages, { onLeave: () => gone.abort() });
}

async function requireStreaming({ db }: Call): Promise<void> {
  if (await hasPermission(db, "agents:stream")) return;
  throw new Fault("forbidden", "Streaming needs the permission agents:stream.");
}

function replay(call: Call, run: Run, stream: boolean): Run | Response {
  call.reply("idempotent-replayed", "true");
  return stream ? streamFrom(call, runId.param.parse(run.id), 0) : run;
}
