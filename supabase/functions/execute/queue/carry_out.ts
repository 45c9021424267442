import { Fault } from "../../_shared/fault.ts";
import { describe } from "../../_shared/log.ts";
import { findEngine, findPlace } from "../../_shared/placement.ts";
import type { Platform } from "../../_shared/platform.ts";
import { uuid7 } from "../../_shared/ids.ts";
import type { Limits, Place } from "../../_shared/sandbox/engine.ts";
import { toWire } from "../../_shared/sandbox/remote/wire.ts";
import type { Service } from "../../_shared/service.ts";
import type { Span } from "../../_shared/trace/tracer.ts";
import { approvalSeconds, limitsFor, mayCall } from "../runs/limits.ts";
import { findAsked } from "../runs/repo.ts";
import type { Stage } from "../runs/stage.ts";
import { type Run, runId } from "../runs/schema.ts";
import { type Beginning, beginRun, type Claimed, releaseRun } from "./repo.ts";

/** How long a run is left alone that found no place here, or no engine. */
const BUSY_MS = 1_000;
const UNAVAILABLE_MS = 5_000;

/**
 * Carries out a claimed run to its end. False where this isolate is not able to: then the run is back
 * in the queue, or comes back by itself when its lease is over.
 */
export async function carryOut(
  stage: Stage,
  platform: Platform,
  claimed: Claimed,
): Promise<boolean> {
  const service = platform.service();
  const span = platform.tracer.start("run", { kind: "consumer", parent: claimed.traceparent });
  try {
    const seat = await findSeat(stage, service, { claimed, span });
    await performIn(stage, { platform, service, claimed }, seat);
    return true;
  } catch (cause) {
    if (cause instanceof Fault && cause.code === "claim_lost") return true;
    const run_id = runId.of(claimed.run_id);
    platform.log("warn", "queued_run_not_begun", { run_id, cause: describe(cause) });
    span.end({ failed: true });
    await giveBack(service, claimed, cause).catch(() => {});
    return false;
  } finally {
    span.end();
  }
}

interface Seat {
  place: Place;
  limits: Limits;
  /** The run's own. */
  span: Span;
}

async function findSeat(
  stage: Stage,
  service: Service,
  { claimed, span }: { claimed: Claimed; span: Span },
): Promise<Seat> {
  const { policy, recording, owner_id: tenant, run_id: run } = claimed;
  const [engine, waitS] = await Promise.all([
    findEngine(stage.engine),
    mayCall(policy, recording)
      ? findAsked(service).then((asked) => approvalSeconds(policy, asked, recording))
      : 0,
  ]);
  const limits = limitsFor(engine, policy, waitS);
  const claim = { run, tenant, limits, traceparent: span.traceparent };
  // Nobody waits for the answer who could leave.
  const place = await findPlace(engine, claim, new AbortController().signal);
  return { place, limits, span };
}

async function performIn(
  stage: Stage,
  { platform, service, claimed }: { platform: Platform; service: Service; claimed: Claimed },
  { place, limits, span }: Seat,
): Promise<void> {
  const { engine, layers } = place;
  const { wall_ms, ...others } = toWire(limits);
  const how = {
    engine,
    layers: [...layers],
    limits: JSON.stringify({ wall_ms, ...others }),
    wall_ms,
  };
  let run;
  try {
    run = await beginSurely(service, claimed, how);
  } catch (cause) {
    place.leave();
    throw cause;
  }
  if (run.status !== "running") return place.leave();
  const { input, source, last_seq, request_id } = claimed;
  const going = stage.launch(
    { platform, service, requestId: request_id ?? uuid7(), source: () => Promise.resolve(source) },
    { run, program: claimed, input, limits, place, span, startedSeq: last_seq + 1 },
  );
  // What cannot be settled was logged, and is settled by whoever finds it silent.
  await going.settled.catch(() => {});
}

/** Begins it, asking a second time where the answer may have been lost: the same claim begins once. */
async function beginSurely(service: Service, claimed: Claimed, how: Beginning): Promise<Run> {
  try {
    return await beginRun(service, claimed, how);
  } catch (cause) {
    if (!(cause instanceof Fault && cause.code === "database_unavailable")) throw cause;
    return await beginRun(service, claimed, how);
  }
}

async function giveBack(service: Service, claimed: Claimed, cause: unknown): Promise<void> {
  const reason = cause instanceof Fault ? cause.code : "internal";
  const delayMs = reason === "engine_busy" ? BUSY_MS : UNAVAILABLE_MS;
  await releaseRun(service, claimed, { delayMs, reason });
}
