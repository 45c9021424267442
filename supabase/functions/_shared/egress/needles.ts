/**
 * Finds many needles at once in a stream of bytes (Aho and Corasick). A state stands for the
 * longest end of what was read that begins a needle; over a stream the steps grow with its length
 * alone, however needles and stream repeat themselves. State 0 is the start, and "none".
 */
export class Needles {
  /** Of the longest needle. */
  readonly longest: number;
  readonly #roots = new Int32Array(256);
  readonly #byte: Uint8Array;
  readonly #child: Int32Array;
  readonly #sibling: Int32Array;
  readonly #depth: Int32Array;
  readonly #fallback: Int32Array;
  readonly #found: Int32Array;
  readonly #open: Int32Array;
  #states = 1;

  constructor(needles: readonly Uint8Array[]) {
    this.longest = needles.reduce((longest, { length }) => Math.max(longest, length), 0);
    const most = needles.reduce((sum, { length }) => sum + length, 1);
    this.#byte = new Uint8Array(most);
    this.#child = new Int32Array(most);
    this.#sibling = new Int32Array(most);
    this.#depth = new Int32Array(most);
    this.#fallback = new Int32Array(most);
    this.#found = new Int32Array(most);
    this.#open = new Int32Array(most);
    for (const needle of needles) this.#add(needle);
    this.#link();
  }

  /** The state after one byte more. */
  step(state: number, byte: number): number {
    const child = this.#child;
    const sibling = this.#sibling;
    const bytes = this.#byte;
    for (let from = state; from !== 0; from = this.#fallback[from] ?? 0) {
      let at = child[from] ?? 0;
      while (at !== 0 && bytes[at] !== byte) at = sibling[at] ?? 0;
      if (at !== 0) return at;
    }
    return this.#roots[byte] ?? 0;
  }

  /** From the start: where the next byte is that a needle may begin with, or the end. */
  skip(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.#roots[bytes[at] ?? 0] === 0) at++;
    return at;
  }

  /** Length of the longest needle that ends here; 0 where none does. */
  found(state: number): number {
    return this.#found[state] ?? 0;
  }

  /** Length of the longest end of what was read that may still become a needle. */
  open(state: number): number {
    return this.#open[state] ?? 0;
  }

  #next(state: number, byte: number): number {
    if (state === 0) return this.#roots[byte] ?? 0;
    let at = this.#child[state] ?? 0;
    while (at !== 0 && this.#byte[at] !== byte) at = this.#sibling[at] ?? 0;
    return at;
  }

  #add(needle: Uint8Array): void {
    let state = 0;
    for (const byte of needle) state = this.#next(state, byte) || this.#grow(state, byte);
    this.#found[state] = needle.length;
  }

  #grow(parent: number, byte: number): number {
    const state = this.#states++;
    this.#byte[state] = byte;
    this.#depth[state] = (this.#depth[parent] ?? 0) + 1;
    if (parent === 0) this.#roots[byte] = state;
    this.#sibling[state] = this.#child[parent] ?? 0;
    this.#child[parent] = state;
    return state;
  }

  /** Level by level, so that what a state falls back to is linked before it. */
  #link(): void {
    let level = [0];
    while (level.length > 0) {
      const below: number[] = [];
      for (const parent of level) {
        for (let at = this.#child[parent] ?? 0; at !== 0; at = this.#sibling[at] ?? 0) {
          this.#linkOne(parent, at);
          below.push(at);
        }
      }
      level = below;
    }
  }

  #linkOne(parent: number, state: number): void {
    const byte = this.#byte[state] ?? 0;
    const back = parent === 0 ? 0 : this.step(this.#fallback[parent] ?? 0, byte);
    this.#fallback[state] = back;
    this.#found[state] ||= this.#found[back] ?? 0;
    const goesOn = this.#child[state] !== 0;
    this.#open[state] = (goesOn ? this.#depth[state] : this.#open[back]) ?? 0;
  }
}
