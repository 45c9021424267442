const TICK_MS = 50;

/**
 * What `work` answers, if it does within `ms` in which this isolate was awake, else a rejection. A
 * program that keeps the isolate busy for a second takes one tick of the patience: meanwhile the
 * answer may well have come, and nobody could look.
 */
export async function patiently<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  let ticks = Math.max(1, Math.ceil(ms / TICK_MS));
  const tick = () => {
    if (--ticks > 0) timer = setTimeout(tick, TICK_MS);
    else late.reject(new Error(`no answer within ${ms} ms`));
  };
  let timer = setTimeout(tick, TICK_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
