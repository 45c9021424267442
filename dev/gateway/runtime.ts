const PATIENCE_MS = 3_000;

/** What the platform does for functions beside calling them: it waits for them, and ends them. */
export interface Runtime {
  /** Tells the functions to end, once, and waits until they have, or for three seconds. */
  end(): Promise<void>;
}

/**
 * The platform's `EdgeRuntime.waitUntil`, as a global of this process. The end is announced with a
 * `beforeunload` event, and what is handed to `waitUntil` then is still waited for.
 */
export function openRuntime(): Runtime {
  const work = new Set<Promise<unknown>>();
  const waitUntil = (promise: Promise<unknown>) => {
    const done = promise.catch(() => {}).finally(() => work.delete(done));
    work.add(done);
  };
  Object.assign(globalThis, { EdgeRuntime: { waitUntil } });
  let ending: Promise<void> | undefined;
  return {
    end() {
      if (ending === undefined) {
        dispatchEvent(new Event("beforeunload"));
        ending = settle(work);
      }
      return ending;
    },
  };
}

async function settle(work: ReadonlySet<Promise<unknown>>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, PATIENCE_MS);
  const all = async () => {
    while (work.size > 0) await Promise.all(work);
  };
  await Promise.race([all(), late.promise]);
  clearTimeout(timer);
}
