/** A bounded memory of values that grow stale. */
export interface Cache<Value> {
  /**
   * The value under a key, or what `make` makes of it: those who ask at the same time share one
   * making. What throws is not kept.
   */
  get(key: string, make: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
}

/** How much a cache keeps, and for how long. */
export interface CacheOptions<Value> {
  /** Beyond it, what was not asked for the longest is forgotten. */
  capacity: number;
  /** The moment, by `now`, from which on a value is made anew. */
  staleAt(value: Value): number;
  now(): number;
}

/** An empty cache. */
export function createCache<Value>({ capacity, staleAt, now }: CacheOptions<Value>): Cache<Value> {
  const kept = new Map<string, Value>();
  const making = new Map<string, Promise<Value>>();

  function keep(key: string, value: Value): void {
    kept.delete(key);
    kept.set(key, value);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
  }

  function makeOnce(key: string, make: () => Promise<Value>): Promise<Value> {
    const work: Promise<Value> = make().then((value) => {
      if (making.get(key) === work) keep(key, value);
      return value;
    }).finally(() => {
      if (making.get(key) === work) making.delete(key);
    });
    making.set(key, work);
    return work;
  }

  return {
    async get(key, make) {
      const known = kept.get(key);
      if (known === undefined) return await (making.get(key) ?? makeOnce(key, make));
      if (now() < staleAt(known)) {
        keep(key, known);
        return known;
      }
      kept.delete(key);
      return await (making.get(key) ?? makeOnce(key, make));
    },
    forget(key) {
      kept.delete(key);
      making.delete(key);
    },
  };
}
