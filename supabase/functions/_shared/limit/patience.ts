import type { Store } from "./store.ts";

const TICK_MS = 50;

/**
 * What `ask` answers, if it does within `ms` in which this isolate was awake, else a rejection, and
 * the signal aborts: nobody goes on asking for those who have gone. A program that keeps the isolate
 * busy for a second takes one tick of the patience: meanwhile the answer may well have come, and
 * nobody could look.
 */
export async function patiently<T>(
  ms: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const given = new AbortController();
  let ticks = Math.max(1, Math.ceil(ms / TICK_MS));
  const tick = () => {
    if (--ticks > 0) {
      timer = setTimeout(tick, TICK_MS);
      return;
    }
    late.reject(new Error(`no answer within ${ms} ms`));
    given.abort();
  };
  let timer = setTimeout(tick, TICK_MS);
  try {
    return await Promise.race([ask(given.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A store each of whose verbs rejects when it takes longer than that. */
export function patient(store: Store, ms: number): Store {
  const within = <T>(ask: () => Promise<T>) => patiently(ms, ask);
  return {
    admit: (address, draw) => within(() => store.admit(address, draw)),
    take: (draws) => within(() => store.take(draws)),
    peek: (draws) => within(() => store.peek(draws)),
    strike: (address, rule) => within(() => store.strike(address, rule)),
    blocks: () => within(() => store.blocks()),
    find: (address) => within(() => store.find(address)),
    lift: (address) => within(() => store.lift(address)),
  };
}
