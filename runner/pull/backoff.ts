/** How long to wait before another try: longer each time, and for nobody exactly as long. */
export interface Backoff {
  /** Milliseconds until the next try; each is about twice the one before. */
  next(): number;
  /** Something worked: the next wait is a short one. */
  reset(): void;
}

const FIRST_MS = 250;
const MOST_MS = 30_000;

/**
 * Between half and all of 250 ms, 500 ms, and so on up to 30 s: by chance, so that runners which
 * lost the same server do not all come back to it at once.
 */
export function createBackoff(random: () => number = Math.random): Backoff {
  let failures = 0;
  return {
    next() {
      const most = Math.min(FIRST_MS * 2 ** failures++, MOST_MS);
      return most / 2 + random() * most / 2;
    },
    reset() {
      failures = 0;
    },
  };
}

/** Settles after so many milliseconds, or as soon as `signal` is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
