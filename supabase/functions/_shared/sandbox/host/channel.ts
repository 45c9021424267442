/**
 * A queue between one writer and one reader. The writer never waits: what it may write is bounded
 * by the run's limits on events and bytes.
 */
export class Channel<Item> {
  #items: Item[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Everything pushed, as it comes, until the channel is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for (;;) {
      const items = this.#items;
      this.#items = [];
      yield* items;
      if (this.#items.length > 0) continue;
      if (this.#closed) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
