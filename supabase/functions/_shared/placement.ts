import { Fault } from "./fault.ts";
import type { EngineHost } from "./engine.ts";
import {
  type Claim,
  type Engine,
  EngineBusy,
  EngineUnavailable,
  LimitRefused,
  type Place,
} from "./sandbox/engine.ts";

/** How long a request waits for a place. A hosted isolate is only sure of 75 s in all. */
const MAX_WAIT_MS = 15_000;
const RETRY_AFTER_S = 5;
/** Whatever an engine advises, which may be somebody else's server. */
const MAX_RETRY_AFTER_S = 300;
const NOTHING = "Nothing was started; try again.";

/** The engine, or `engine_unavailable`. */
export async function findEngine(host: EngineHost): Promise<Engine> {
  try {
    return await host.ready();
  } catch (cause) {
    throw new Fault("engine_unavailable", NOTHING, { cause, retryAfter: RETRY_AFTER_S });
  }
}

/**
 * A place on the engine, waited for as long as the caller waits, and 15 s at the most. Throws
 * `engine_busy` or `engine_unavailable`, with what the engine itself says about when to try again.
 */
export async function findPlace(engine: Engine, claim: Claim, caller: AbortSignal): Promise<Place> {
  try {
    return await engine.admit(claim, AbortSignal.any([caller, AbortSignal.timeout(MAX_WAIT_MS)]));
  } catch (cause) {
    throw refusal(cause);
  }
}

function refusal(cause: unknown): unknown {
  if (cause instanceof EngineBusy) {
    const retryAfter = wholeSeconds(cause.retryAfterS ?? RETRY_AFTER_S);
    return new Fault("engine_busy", NOTHING, { cause, retryAfter });
  }
  // An engine that enforces less than it announced is one that is wrongly configured.
  if (cause instanceof EngineUnavailable || cause instanceof LimitRefused) {
    return new Fault("engine_unavailable", NOTHING, { cause, retryAfter: RETRY_AFTER_S });
  }
  return cause;
}

function wholeSeconds(advised: number): number {
  if (!Number.isFinite(advised)) return RETRY_AFTER_S;
  return Math.min(Math.max(1, Math.ceil(advised)), MAX_RETRY_AFTER_S);
}
