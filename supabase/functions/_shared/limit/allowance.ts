import { Fault } from "../fault.ts";

/** What a request is paid from. Only `read` goes on where nobody can count. */
export type Budget = "read" | "write" | "execute" | "stream";

/** One payment: from whose budget, and how large that is. */
export interface Charge {
  budget: Budget;
  /** `user:<id>` or `key:<id>`. */
  subject: string;
  quota: number;
  windowS: number;
}

/** The state of a budget after a request was paid from it. */
export interface Allowance {
  budget: Budget;
  quota: number;
  windowS: number;
  remaining: number;
  /** Seconds until the window ends. */
  resetS: number;
  /** False when the limiter could not be asked and only this isolate counted. */
  counted: boolean;
}

/** `rate_limited`, with the state of the budgets for the headers of the answer. */
export class Spent extends Fault {
  constructor(readonly allowances: readonly Allowance[], retryAfter: number) {
    super("rate_limited", undefined, { retryAfter });
  }
}

/**
 * The IETF draft's `RateLimit-Policy` and `RateLimit` headers: one item a budget, the tightest of
 * those who pay for it. What only this isolate counted is not told.
 */
export function rateLimitHeaders(allowances: readonly Allowance[]): Record<string, string> {
  const tightest = new Map<Budget, Allowance>();
  for (const allowance of allowances) {
    const known = tightest.get(allowance.budget);
    if (!allowance.counted || (known && known.remaining <= allowance.remaining)) continue;
    tightest.set(allowance.budget, allowance);
  }
  const all = [...tightest.values()];
  if (all.length === 0) return {};
  const list = (item: (allowance: Allowance) => string) =>
    all.map((each) => `"${each.budget}";${item(each)}`).join(", ");
  return {
    "ratelimit-policy": list(({ quota, windowS }) => `q=${quota};w=${windowS}`),
    ratelimit: list(({ remaining, resetS }) => `r=${remaining};t=${resetS}`),
  };
}

/** The whole second after a window has ended: at its very end it still weighs in full. */
export function retryAfterS(resetMs: number): number {
  return Math.floor(resetMs / 1000) + 1;
}
