import { EngineBusy } from "../engine.ts";

/** Lets a few runs in at once; the others wait in the order in which they came. */
export class Slots {
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(readonly places: number, readonly maxWaiting: number) {}

  /** Runs that hold a place now. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Waits for a place; the answer gives it back. Undefined when `signal` was aborted first.
   * Throws {@link EngineBusy} when too many wait already.
   */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#taken < this.places) this.#taken++;
    else if (!await this.#queue(signal)) return undefined;
    return () => this.#release();
  }

  #queue(signal: AbortSignal): Promise<boolean> {
    if (this.#waiting.size >= this.maxWaiting) throw new EngineBusy("too many runs are waiting");
    return new Promise((resolve) => {
      const leave = (admitted: boolean) => {
        signal.removeEventListener("abort", giveUp);
        this.#waiting.delete(admit);
        resolve(admitted);
      };
      const admit = () => leave(true);
      const giveUp = () => leave(false);
      signal.addEventListener("abort", giveUp);
      this.#waiting.add(admit);
    });
  }

  /** A place goes straight to the next in the queue: nobody comes in between. */
  #release(): void {
    for (const admit of this.#waiting) return admit();
    this.#taken--;
  }
}
