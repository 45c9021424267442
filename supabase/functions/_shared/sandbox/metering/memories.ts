/** Bytes in a page of WebAssembly memory. */
export const PAGE_BYTES = 65_536;

/** How many memories that were given up may still wait for a garbage collection. */
const MAX_ABANDONED = 1;

/**
 * Memories for guests, one guest at a time, all zero when they are lent.
 *
 * A memory that nobody needs any more is freed by some late garbage collection: forty memory bombs
 * in a row once held 2.5 GB. So memories are wiped and lent again. One that a guest has grown is
 * slow to wipe, and is exchanged for a new one, but only while few such are still uncollected.
 */
export class Memories {
  readonly #free: WebAssembly.Memory[] = [];
  #abandoned: WeakRef<WebAssembly.Memory>[] = [];
  #lent = 0;

  constructor(readonly minPages: number, readonly maxPages: number) {}

  /** Memories that guests hold now. */
  get lent(): number {
    return this.#lent;
  }

  take(): WebAssembly.Memory {
    this.#lent++;
    const { minPages: initial, maxPages: maximum } = this;
    return this.#free.pop() ?? new WebAssembly.Memory({ initial, maximum });
  }

  give(memory: WebAssembly.Memory): void {
    this.#lent--;
    const grown = memory.buffer.byteLength > this.minPages * PAGE_BYTES;
    if (grown && this.#abandon(memory)) return;
    new Uint8Array(memory.buffer).fill(0);
    this.#free.push(memory);
  }

  #abandon(memory: WebAssembly.Memory): boolean {
    this.#abandoned = this.#abandoned.filter((reference) => reference.deref());
    if (this.#abandoned.length >= MAX_ABANDONED) return false;
    this.#abandoned.push(new WeakRef(memory));
    return true;
  }
}
