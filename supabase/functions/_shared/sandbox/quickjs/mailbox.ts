/** What waits to be done inside a guest between two of its slices, in order of arrival. */
export class Mailbox {
  readonly #waiting: (() => void)[] = [];
  #wake: (() => void) | undefined;

  post(delivery: () => void): void {
    this.#waiting.push(delivery);
    this.ring();
  }

  take(): (() => void) | undefined {
    return this.#waiting.shift();
  }

  /** Ends a wait without a delivery. */
  ring(): void {
    this.#wake?.();
  }

  /** Waits for the next delivery or ring. One waits at a time. */
  wait(): Promise<void> {
    if (this.#waiting.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
