import { ToolRefusal } from "../policy/refusal.ts";

/** How many connections may be open at once. One tenant has a quarter of all, half of an origin's. */
export interface ConnectionLimits {
  all: number;
  perOrigin: number;
  /** How long one waits for a place that somebody gives back. */
  waitMs: number;
}

/** Counts open connections of this process. */
export interface Slots {
  /**
   * Takes one, and resolves to what gives it back. Throws `ToolRefusal` (`unavailable`) where none
   * becomes free in time, and the signal's reason where that is aborted first.
   */
  take(origin: string, signal: AbortSignal, tenant?: string): Promise<() => void>;
}

/** What one process has open at once: a function's memory and other people's servers bear it. */
export const CONNECTION_LIMITS: ConnectionLimits = { all: 64, perOrigin: 16, waitMs: 2_000 };

/** Places go to whoever asks first after one has become free. */
export function createSlots({ all, perOrigin, waitMs }: ConnectionLimits): Slots {
  const open = new Map<string, number>();
  const waiting = new Set<() => void>();

  /** Gives the places back; undefined where one of them is not free. */
  function tryTake(counted: readonly (readonly [key: string, most: number])[]) {
    if (counted.some(([key, most]) => (open.get(key) ?? 0) >= most)) return undefined;
    for (const [key] of counted) change(open, key, 1);
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      for (const [key] of counted) change(open, key, -1);
      for (const wake of [...waiting]) wake();
    };
  }

  return {
    async take(origin, signal, tenant) {
      const counted: [key: string, most: number][] = [["", all], [origin, perOrigin]];
      if (tenant !== undefined) {
        counted.push([`${tenant} `, part(all, 4)], [`${tenant} ${origin}`, part(perOrigin, 2)]);
      }
      for (const late = performance.now() + waitMs;;) {
        const release = tryTake(counted);
        if (release !== undefined) return release;
        const left = late - performance.now();
        if (left <= 0) {
          throw new ToolRefusal("unavailable", "Too many connections are open. Try again later.");
        }
        await freed(waiting, left, signal);
        signal.throwIfAborted();
      }
    },
  };
}

/** Until a place has been given back, the time is over, or the signal is aborted. */
function freed(waiting: Set<() => void>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      waiting.delete(go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    waiting.add(go);
    signal.addEventListener("abort", go);
    if (signal.aborted) go();
  });
}

function part(most: number, of: number): number {
  return Math.max(1, Math.floor(most / of));
}

function change(open: Map<string, number>, key: string, by: 1 | -1): void {
  const now = (open.get(key) ?? 0) + by;
  if (now > 0) open.set(key, now);
  else open.delete(key);
}
