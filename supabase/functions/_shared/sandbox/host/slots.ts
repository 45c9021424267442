import { EngineBusy } from "../engine.ts";

interface Waiter {
  tenant: string;
  admit(): void;
}

/** Gives a place back. Calling it again does nothing. */
export type Leave = () => void;

/**
 * Lets a few runs in at once. A place that becomes free goes to the tenant that holds the fewest,
 * among those to who came first: nobody gets more by asking more.
 */
export class Slots {
  readonly #waiting: Waiter[] = [];
  readonly #held = new Map<string, number>();
  #taken = 0;

  /** `maxWaiting` bounds who waits in all, `maxPerTenant` how many of them are one tenant's. */
  constructor(
    readonly places: number,
    readonly maxWaiting: number,
    readonly maxPerTenant: number = maxWaiting,
  ) {}

  /** Runs that hold a place now. */
  get taken(): number {
    return this.#taken;
  }

  /** Who waits for a place now. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Waits for a place; the answer gives it back. Undefined when `signal` was aborted first.
   * Throws {@link EngineBusy} when too many wait already.
   */
  async take(tenant: string, signal: AbortSignal): Promise<Leave | undefined> {
    if (signal.aborted) return undefined;
    if (this.#taken < this.places) this.#hold(tenant, 1);
    else if (!await this.#queue(tenant, signal)) return undefined;
    let left = false;
    return () => {
      if (!left) this.#release(tenant);
      left = true;
    };
  }

  #queue(tenant: string, signal: AbortSignal): Promise<boolean> {
    const own = this.#waiting.filter((waiter) => waiter.tenant === tenant).length;
    if (this.#waiting.length >= this.maxWaiting || own >= this.maxPerTenant) {
      throw new EngineBusy("too many runs are waiting");
    }
    return new Promise((resolve) => {
      const leave = (admitted: boolean) => {
        signal.removeEventListener("abort", giveUp);
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(admitted);
      };
      const giveUp = () => leave(false);
      const waiter = { tenant, admit: () => leave(true) };
      signal.addEventListener("abort", giveUp);
      this.#waiting.push(waiter);
    });
  }

  /** A place goes straight to the next: nobody comes in between. */
  #release(tenant: string): void {
    this.#hold(tenant, -1);
    const held = (waiter: Waiter) => this.#held.get(waiter.tenant) ?? 0;
    const [next] = this.#waiting.toSorted((a, b) => held(a) - held(b));
    if (next === undefined) return;
    this.#hold(next.tenant, 1);
    next.admit();
  }

  #hold(tenant: string, change: 1 | -1): void {
    this.#taken += change;
    const held = (this.#held.get(tenant) ?? 0) + change;
    if (held > 0) this.#held.set(tenant, held);
    else this.#held.delete(tenant);
  }
}
