import { createRunTools } from "../../supabase/functions/_shared/run/tools.ts";
import { type LiveRun, perform } from "../../supabase/functions/_shared/run/perform.ts";
import type { Settled, Settlement } from "../../supabase/functions/_shared/run/ledger.ts";
import type { Begun, Given } from "../../supabase/functions/_shared/run/pull_wire.ts";
import {
  type Engine,
  EngineBusy,
  type Job,
  LimitRefused,
  type Place,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { fromWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import type { Tracer } from "../../supabase/functions/_shared/trace/tracer.ts";
import { describe, type Log } from "../log.ts";
import { QueueAway, type QueueClient, QueueRefused } from "./client.ts";
import { createPullLedger } from "./ledger.ts";

/** What becomes of a run here: as it ended, or `dropped` or `released`, when it did not begin. */
export type Fate = Settled["status"] | "dropped" | "released";

/** What working on runs needs. */
export interface Workers {
  client: QueueClient;
  engine: Engine;
  /** The `tools` function. */
  toolsUrl: string;
  log: Log;
  tracer: Tracer;
  /** Aborted when what still runs shall stop, for others to begin anew. */
  stopping: AbortSignal;
}

type Running = Extract<Begun, { status: "running" }>;

/** A run waits at most so long for a place: whoever gave it away waits 30 s for its beginning. */
const PLACE_MS = 15_000;
/** Until a run is taken anew that found no place here, and one that nobody here can run. */
const BUSY_MS = 1_000;
const UNFIT_MS = 30_000;

/**
 * Works on a run from its claim to its end, and says what became of it. Whatever goes wrong, the run
 * is settled or given back; what cannot even be given back is missed by the queue itself. Never
 * throws.
 */
export async function workOn(given: Given, workers: Workers): Promise<Fate> {
  const { run, traceparent: parent } = given;
  const attributes = { "cloister.run.id": run };
  const span = workers.tracer.start("run", { kind: "consumer", parent, attributes });
  const fate = await workTraced({ ...given, traceparent: span.traceparent ?? null }, workers);
  span.set({ "cloister.run.attempt": given.attempt, "cloister.run.status": fate });
  span.end({ failed: fate === "lost" || fate === "released" });
  return fate;
}

async function workTraced(given: Given, workers: Workers): Promise<Fate> {
  const { engine, stopping } = workers;
  const limits = fromWire(given.limits);
  let place: Place | undefined;
  try {
    const late = AbortSignal.any([stopping, AbortSignal.timeout(PLACE_MS)]);
    place = await engine.admit({ run: given.run, tenant: given.tenant, limits }, late);
    const begun = await begin(given, place, workers.client);
    if (begun.status === "running") return await runAt(place, given, begun, workers);
    place.leave();
    return "dropped";
  } catch (cause) {
    place?.leave();
    return await giveBack(given, cause, workers);
  }
}

/** Asks twice where the first answer got lost: a run that has begun begins again as it did. */
async function begin(given: Given, place: Place, client: QueueClient): Promise<Begun> {
  const { engine, layers } = place;
  try {
    return await client.begin(given, { engine, layers });
  } catch (cause) {
    if (cause instanceof QueueAway) return await client.begin(given, { engine, layers });
    throw cause;
  }
}

/** Runs at a place that it gives back itself. */
async function runAt(place: Place, given: Given, begun: Running, workers: Workers): Promise<Fate> {
  const { client, log, stopping } = workers;
  const { agent, version, started_at, last_seq } = begun;
  const run = {
    id: given.run,
    agent,
    version,
    engine: place.engine,
    attempt: given.attempt,
    started_at,
    created_at: started_at,
  };
  const ledger = createPullLedger(given, { client, isStopping: () => stopping.aborted });
  const job = Promise.resolve(jobOf(given, begun, workers, () => live));
  const live: LiveRun<Settled> = perform(run, job, { place, ledger, log }, last_seq);
  const cancel = () => live.cancel();
  stopping.addEventListener("abort", cancel);
  if (stopping.aborted) cancel();
  try {
    const [{ status }] = await Promise.all([live.settled, unread(live)]);
    return status;
  } catch {
    return "lost"; // told by perform()
  } finally {
    stopping.removeEventListener("abort", cancel);
  }
}

function jobOf(
  given: Given,
  { work, input, pass }: Running,
  { toolsUrl, log }: Workers,
  live: () => LiveRun<Settled>,
): Job | Settlement {
  if ("ending" in work) return work.ending;
  const tools = createRunTools({
    url: toolsUrl,
    token: Promise.resolve(pass),
    requestId: given.request_id,
    traceparent: given.traceparent ?? undefined,
    log,
    onWaiting: (waiting) => live().tell("tool.waiting", { ...waiting }),
  });
  return { program: work.program, input, tools, limits: fromWire(given.limits) };
}

/** Nobody watches here: what was said is let go as it comes. */
async function unread({ events }: LiveRun<Settled>): Promise<void> {
  try {
    for await (const _ of events);
  } catch {
    // how it ended is told by `settled`
  }
}

async function giveBack(given: Given, cause: unknown, workers: Workers): Promise<Fate> {
  const { client, log, stopping } = workers;
  const fields = { run: given.run, cause: describe(cause) };
  if (cause instanceof QueueRefused && (cause.isGone || cause.isOfKey)) {
    log("warn", "run_refused", fields);
    return "dropped";
  }
  const delayMs = stopping.aborted ? 0 : cause instanceof LimitRefused ? UNFIT_MS : BUSY_MS;
  const busy = cause instanceof EngineBusy;
  const reason = stopping.aborted ? "runner_stopped" : busy ? "runner_full" : "runner_failed";
  if (!stopping.aborted) log(busy ? "info" : "error", "run_given_back", fields);
  try {
    await client.release(given, { delayMs, reason });
  } catch (thrown) {
    log("warn", "run_not_given_back", { run: given.run, cause: describe(thrown) });
  }
  return "released";
}
