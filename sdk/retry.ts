import { CloisterError, ConnectionError } from "./errors.ts";

const FIRST_MS = 250;
const MOST_MS = 8_000;
/** Nobody is kept waiting for longer than this: then the error is told, with its `retryAfter`. */
const MAX_RETRY_AFTER_S = 30;
const PASSING = new Set([502, 503, 504]);

/** Whether another try can succeed. `isSafe`: doing it twice is doing it once. */
export function isWorthwhile(err: unknown, isSafe: boolean): boolean {
  if (err instanceof ConnectionError) return isSafe;
  if (!(err instanceof CloisterError)) return false;
  if ((err.retryAfter ?? 0) > MAX_RETRY_AFTER_S) return false;
  // What is refused for its rate was not begun; only blocked addresses gain nothing by asking.
  if (err.status === 429) return err.retryAfter !== undefined && err.code !== "address_blocked";
  return isSafe && PASSING.has(err.status);
}

/** Milliseconds before the next try: what the server asked for, or ever longer; never in step. */
export function delayOf(err: unknown, tries: number, random: () => number = Math.random): number {
  const asked = err instanceof CloisterError ? (err.retryAfter ?? 0) * 1000 : 0;
  const spread = Math.min(MOST_MS, FIRST_MS * 2 ** tries) * (0.5 + random() / 2);
  return asked + spread;
}

/** Waits. Rejects with the signal's reason when it is aborted before or meanwhile. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
}
