import {
  type Engine,
  EngineBusy,
  EngineUnavailable,
  LimitRefused,
  type Place,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { LineReader } from "../../supabase/functions/_shared/sandbox/remote/lines.ts";
import type { Span, Tracer } from "../../supabase/functions/_shared/trace/tracer.ts";
import type { Metrics } from "../metrics.ts";
import { Problem } from "../problem.ts";
import type { SpentTokens } from "../replay.ts";
import type { Pass, Verify } from "../token.ts";
import type { Floor } from "./floor.ts";
import { MAX_JOB_BYTES } from "./job.ts";
import type { Patience } from "./visit.ts";

/** How many clients there may be, and how long they wait. */
export interface Bounds extends Patience {
  /** For a place. Shorter than a client's patience to connect, which includes it. */
  waitMs: number;
  /** Clients that wait, run or still read, all together. */
  clients: number;
}

/** What letting a client in needs. */
export interface Door {
  engine: Engine;
  verify: Verify;
  spent: SpentTokens;
  floor: Floor;
  metrics: Metrics;
  tracer: Tracer;
  bounds: Bounds;
}

const RETRY_S = 2;
const DRAIN_RETRY_S = 1;

/**
 * Lets a client in: a valid, unused token, and a place on the engine. The answer is the stream of
 * its run; throws {@link Problem}, and then the token is as good as before.
 */
export async function openRun(
  door: Door,
  request: Request,
  delivered: Promise<void>,
): Promise<Response> {
  const { floor, spent, bounds } = door;
  refuseWhenClosing(floor);
  const pass = await door.verify(request.headers.get("authorization"));
  if (Number(request.headers.get("content-length") ?? 0) > MAX_JOB_BYTES) {
    throw new Problem("body_too_large");
  }
  if (floor.has(pass.run)) throw new Problem("token_replayed");
  if (request.body === null) throw new Problem("job_invalid", { detail: "There is no body." });
  // Spent before anybody waits: of those who show one token at once, one is let in.
  const restore = spent.spend(pass.run, pass.expiresMs);
  const reader = new LineReader(request.body);
  const span = beginSpan(door, request, pass);
  const giveUp = async (problem: unknown): Promise<never> => {
    span.end({ failed: true });
    restore();
    await reader.cancel();
    throw problem;
  };
  const place = await admit(door, pass, goneSignal(request, reader)).catch(giveUp);
  if (floor.closing.aborted) {
    place.leave();
    return await giveUp(draining());
  }
  const visit = floor.welcome({ pass, place, reader, patience: bounds }, delivered);
  void visit.outcome.then(({ status }) => {
    span.set({ "cloister.engine": place.engine, "cloister.run.status": status });
    span.end({ failed: status === "lost" });
  });
  return new Response(visit.body, { headers: STREAM });
}

/** The visit's part of the run's trace, where its client is in one. */
function beginSpan({ tracer }: Door, { headers }: Request, { run }: Pass): Span {
  const attributes = { "cloister.run.id": `run_${run.replaceAll("-", "")}` };
  return tracer.start("visit", {
    kind: "server",
    parent: headers.get("traceparent"),
    attributes,
  });
}

const STREAM = {
  "content-type": "application/x-ndjson",
  // Nothing may hold lines back: no cache, no compression, no buffer of a proxy.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
} as const;

/**
 * Aborted when the client is gone. Deno notices that only while an open body is being read, and not
 * at all once it has ended: who ends it without a job has nothing to wait for.
 */
function goneSignal({ signal }: Request, reader: LineReader): AbortSignal {
  const gone = new AbortController();
  reader.peek().then((more) => more || gone.abort(), () => gone.abort());
  signal.addEventListener("abort", () => gone.abort(), { once: true });
  if (signal.aborted) gone.abort();
  return gone.signal;
}

async function admit(door: Door, pass: Pass, client: AbortSignal): Promise<Place> {
  const { engine, floor, metrics, bounds } = door;
  if (metrics.waiting + floor.clients >= bounds.clients) throw full();
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  const bell = setTimeout(giveUp, bounds.waitMs);
  for (const signal of [client, floor.closing]) signal.addEventListener("abort", giveUp);
  if (client.aborted || floor.closing.aborted) giveUp();
  metrics.waiting++;
  try {
    const place = await engine.admit(pass, stop.signal);
    if (!stop.signal.aborted) return place;
    place.leave();
    throw new EngineBusy("nobody takes the place any more");
  } catch (thrown) {
    refuseWhenClosing(floor);
    throw refusalOf(thrown);
  } finally {
    metrics.waiting--;
    clearTimeout(bell);
    for (const signal of [client, floor.closing]) signal.removeEventListener("abort", giveUp);
  }
}

function refuseWhenClosing(floor: Floor): void {
  if (floor.closing.aborted) throw draining();
}

function draining(): Problem {
  return new Problem("draining", { retryAfterS: DRAIN_RETRY_S });
}

function full(retryAfterS = RETRY_S, cause?: unknown): Problem {
  return new Problem("runner_full", { retryAfterS, cause });
}

function refusalOf(thrown: unknown): Problem {
  if (thrown instanceof EngineBusy) return full(thrown.retryAfterS, thrown);
  if (thrown instanceof LimitRefused) {
    const { limit, asked, ceiling } = thrown;
    return new Problem("limit_refused", { refused: { limit, asked, ceiling }, cause: thrown });
  }
  if (thrown instanceof EngineUnavailable) {
    return new Problem("engine_unavailable", { retryAfterS: RETRY_S, cause: thrown });
  }
  return new Problem("internal", { cause: thrown });
}
