import type { Draw, Drawn } from "./store.ts";

const MAX_BUCKETS = 10_000;
const SWEEP_EVERY_MS = 1_000;

interface Count {
  window: number;
  windowMs: number;
  current: number;
  previous: number;
}

/**
 * Sliding windows in memory, by the rule that Redis counts by: the share of the window before that
 * still reaches into now, and the window that goes on. Beyond ten thousand buckets new ones share
 * one of each kind, so that a flood of addresses takes no memory and makes no count forgotten.
 */
export class Windows {
  readonly #counts = new Map<string, Count>();
  #sweptAt = -Infinity;

  constructor(private readonly now: () => number) {}

  /** How many buckets there are. */
  get size(): number {
    return this.#counts.size;
  }

  /** Pays from all of the buckets or from none. */
  take(draws: readonly Draw[]): Drawn[] {
    const answers = this.peek(draws);
    if (!answers.every(({ success }) => success)) return answers;
    for (const draw of draws) this.#open(draw).current += 1;
    return answers.map((answer) => ({ ...answer, remaining: answer.remaining - 1 }));
  }

  /** Looks into the buckets and takes nothing. */
  peek(draws: readonly Draw[]): Drawn[] {
    return draws.map((draw) => this.#look(draw, this.#open(draw)));
  }

  #look({ quota }: Draw, { window, windowMs, current, previous }: Count): Drawn {
    const now = this.now();
    const left = 1 - (now % windowMs) / windowMs;
    const remaining = Math.max(0, quota - current - Math.floor(left * previous));
    return { success: remaining > 0, remaining, resetMs: (window + 1) * windowMs - now };
  }

  #open({ bucket, windowS }: Draw): Count {
    const windowMs = windowS * 1000;
    const window = Math.floor(this.now() / windowMs);
    const name = this.#name(bucket);
    const known = this.#counts.get(name);
    if (known?.window === window && known.windowMs === windowMs) return known;
    const before = known?.windowMs === windowMs && known.window === window - 1;
    const count = { window, windowMs, current: 0, previous: before ? known.current : 0 };
    this.#counts.set(name, count);
    return count;
  }

  #name(bucket: string): string {
    if (this.#counts.has(bucket)) return bucket;
    if (this.#counts.size >= MAX_BUCKETS) this.#sweep();
    return this.#counts.size < MAX_BUCKETS ? bucket : `${bucket.split(":")[0]}:all the others`;
  }

  #sweep(): void {
    const now = this.now();
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    for (const [name, { window, windowMs }] of this.#counts) {
      if ((window + 2) * windowMs <= now) this.#counts.delete(name);
    }
  }
}
