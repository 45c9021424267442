import { type Duration, Ratelimit } from "@upstash/ratelimit";
import { Redis } from "@upstash/redis";
import { Fault } from "./fault.ts";

/** What a request is paid from. */
export type Budget = keyof typeof BUDGETS;

/** Requests per user and window. Executions are few because each may cost half a second of CPU. */
const BUDGETS = {
  read: { quota: 600, windowS: 60, failOpen: true },
  write: { quota: 120, windowS: 60, failOpen: false },
  execute: { quota: 60, windowS: 60, failOpen: false },
} as const satisfies Record<
  string,
  { quota: number; windowS: number; failOpen: boolean }
>;

const TIMEOUT_MS = 500;
const RETRY_AFTER_S = 5;

/** The state of a budget after a request was paid from it. */
export interface Allowance {
  budget: Budget;
  quota: number;
  windowS: number;
  remaining: number;
  /** Seconds until the window ends. */
  resetS: number;
  /** False when the limiter could not be asked and the request was let through unpaid. */
  counted: boolean;
}

/** Takes one request from a user's budget, or throws `rate_limited` or `limiter_unavailable`. */
export interface Limiter {
  take(budget: Budget, userId: string): Promise<Allowance>;
}

/**
 * Sliding windows in Redis, shared by every isolate. When Redis is down, slow or answers nonsense,
 * executions and writes are refused (503) and reads are let through, marked as not counted.
 */
export function createLimiter(
  upstash: { url: string; token: string },
): Limiter {
  const redis = new Redis({
    ...upstash,
    retry: { retries: 1, backoff: () => 50 },
    signal: () => AbortSignal.timeout(TIMEOUT_MS),
    enableTelemetry: false,
  });
  const windows = {
    read: slidingWindow(redis, "read"),
    write: slidingWindow(redis, "write"),
    execute: slidingWindow(redis, "execute"),
  };
  return { take: (budget, userId) => take(windows[budget], budget, userId) };
}

function slidingWindow(redis: Redis, budget: Budget): Ratelimit {
  const { quota, windowS } = BUDGETS[budget];
  const window: Duration = `${windowS} s`;
  return new Ratelimit({
    redis,
    prefix: `cloister:${budget}`,
    limiter: Ratelimit.slidingWindow(quota, window),
    // 0 switches off the library's own time-out, which would let requests through.
    timeout: 0,
  });
}

async function take(window: Ratelimit, budget: Budget, userId: string): Promise<Allowance> {
  const { quota, windowS, failOpen } = BUDGETS[budget];
  const state = { budget, quota, windowS };
  try {
    const { success, remaining, reset } = await window.limit(userId);
    const resetS = Math.max(0, Math.ceil((reset - Date.now()) / 1000));
    if (!success) {
      throw new Fault("rate_limited", undefined, { retryAfter: Math.max(1, resetS) });
    }
    return { ...state, remaining: Math.max(0, remaining), resetS, counted: true };
  } catch (err) {
    if (err instanceof Fault) throw err;
    if (failOpen) {
      return { ...state, remaining: 0, resetS: windowS, counted: false };
    }
    throw new Fault("limiter_unavailable", undefined, { cause: err, retryAfter: RETRY_AFTER_S });
  }
}

/** The IETF draft's `RateLimit-Policy` and `RateLimit` headers for an allowance. */
export function rateLimitHeaders(state: Allowance): Record<string, string> {
  const { budget, quota, windowS, remaining, resetS, counted } = state;
  if (!counted) return {};
  return {
    "ratelimit-policy": `"${budget}";q=${quota};w=${windowS}`,
    ratelimit: `"${budget}";r=${remaining};t=${resetS}`,
  };
}
