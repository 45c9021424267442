import { Fault } from "../../_shared/fault.ts";
import { readPreferences } from "../../_shared/prefer.ts";
import type { Call } from "../../_shared/route.ts";
import { acceptsStream, eventStream, type SseMessage } from "../../_shared/sse.ts";
import type { Worker } from "../queue/worker.ts";
import { awaitEnd, followRun } from "./follow.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { asFarAsItIs, type Patience, patienceOf, within } from "./patience.ts";
import { findRun, findSource } from "./repo.ts";
import { watchRights, whilePermitted } from "./rights.ts";
import { hasEnded, type Run, runId } from "./schema.ts";
import type { Stage } from "./stage.ts";
import { type Asked, queueRun, startRun } from "./start.ts";
import { liveMessages, storedMessages } from "./stream.ts";

const MAX_SEQ = 2 ** 31 - 1;

/** Whether the caller wants events as they happen. */
export function wantsStream({ header }: Call): boolean {
  return acceptsStream(header("accept"));
}

/** How the caller of a run is answered: with its end, unless one of these says otherwise. */
export interface Manner {
  /** With a stream: how it tells what the run's own messages say. */
  tell?: Telling | undefined;
  /** With the run as it goes on, after so long. */
  patience?: Patience | undefined;
}

/** Makes messages of messages, as they come. */
export type Telling = (messages: AsyncIterable<SseMessage>) => AsyncIterable<SseMessage>;

/** Where runs are carried out. */
export interface Machinery {
  stage: Stage;
  worker: Worker;
}

/** What the headers ask for: a stream is asked for more precisely, so it wins over `Prefer`. */
function mannerOf(call: Call): Manner {
  if (wantsStream(call)) return { tell: (messages) => messages };
  return { patience: patienceOf(readPreferences(call.header("prefer"))) };
}

/**
 * Starts a run of the caller's agent, and answers with its end, with its stream, or with the run as
 * it goes on. What is to be answered at once (`respond-async`) is queued. A repeated request
 * (`Idempotency-Key`) gets the run from before.
 */
export async function execute(
  { stage, worker }: Machinery,
  call: Call,
  asked: Asked,
  manner: Manner = mannerOf(call),
): Promise<Run | Response> {
  const { tell, patience } = manner;
  const ledger = createLedger(call.service);
  if (patience?.queues) return await enqueue(worker, call, { ledger, asked, patience });
  const started = await startRun(call, { engine: stage.engine, ledger }, asked);
  if ("replayed" in started) return await replay(call, started.replayed, manner);
  locate(call, started.run);
  const source = () => findSource(call.service, started.program.id);
  const live = stage.launch({ ...call, source }, started);
  if (tell) return streamOf(call, tell(liveMessages(live.events)));
  if (patience === undefined) return await live.settled;
  const ended = await within(patience.waitMs, live.settled);
  return asFarAsItIs(call, patience, ended ?? started.run);
}

/** Queues the run: the isolate that accepted it looks after it, unless a runner is quicker. */
async function enqueue(
  worker: Worker,
  call: Call,
  { ledger, asked, patience }: { ledger: Ledger; asked: Asked; patience: Patience },
): Promise<Run | Response> {
  const accepted = await queueRun(call, ledger, asked);
  if ("replayed" in accepted) {
    return await replay(call, accepted.replayed, { patience });
  }
  const { queued } = accepted;
  locate(call, queued);
  worker.stir(call.platform);
  const { waitMs } = patience;
  const run = waitMs === 0 ? queued : await awaitEnd(call.db, runId.param.parse(queued.id), waitMs);
  return asFarAsItIs(call, patience, run);
}

function locate(call: Call, { id }: Run): void {
  call.reply("location", `/functions/v1/execute/runs/${id}`);
  call.noteRun(runId.param.parse(id));
}

/** A run's events after a sequence number, stored and to come, as a stream. */
export async function followEvents(call: Call, id: string, after: number): Promise<Response> {
  const last = Number(call.header("last-event-id") ?? after);
  if (!Number.isSafeInteger(last) || last < 0 || last > MAX_SEQ) {
    throw new Fault("invalid_request", "Last-Event-ID is a sequence number.");
  }
  await findRun(call.db, id);
  return streamFrom(call, id, last);
}

function streamFrom(
  call: Call,
  id: string,
  after: number,
  tell: Telling = (messages) => messages,
): Response {
  const gone = new AbortController();
  const messages = storedMessages(followRun(call.db, id, { after, signal: gone.signal }));
  return streamOf(call, whilePermitted(tell(messages)), () => gone.abort());
}

/** A stream that ends, without a terminal event, when its reader may stream no more. */
function streamOf(
  call: Call,
  messages: AsyncIterable<SseMessage>,
  onLeave: () => void = () => {},
): Response {
  const { lost, stop } = watchRights(call, "agents:stream");
  return eventStream(messages, { onLeave, until: lost, onEnd: stop });
}

/** The run from before: a request that would wait for its end is not kept, but told that it is. */
async function replay(
  call: Call,
  run: Run,
  { tell, patience }: Manner,
): Promise<Run | Response> {
  const id = runId.param.parse(run.id);
  locate(call, run);
  if (!tell && !patience && !hasEnded(run.status)) throw new Fault("run_in_progress");
  call.reply("idempotent-replayed", "true");
  if (tell) return streamFrom(call, id, 0, tell);
  if (!patience) return run;
  return asFarAsItIs(call, patience, await awaitEnd(call.db, id, patience.waitMs));
}
