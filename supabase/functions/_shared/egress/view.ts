import type { Block, Reader } from "./block.ts";
import { BACKSLASH, ENTITY, PERCENT } from "./escapes.ts";
import type { Needles } from "./needles.ts";
import { Unescape, Unfold, Unplus } from "./unescape.ts";

/** Told where a needle lies: the parts of it that were not told before. */
export type Mark = (from: number, to: number) => void;

/** A way to read a stream, and ways to read what comes of that. */
export interface Way {
  reader: () => Reader;
  then: readonly Way[];
}

const percent: Way = { reader: () => new Unescape(PERCENT), then: [] };
const backslash: Way = { reader: () => new Unescape(BACKSLASH), then: [] };
const entity: Way = { reader: () => new Unescape(ENTITY), then: [] };
const lines: Way = { reader: () => new Unfold(), then: [] };
const form: Way = { reader: () => new Unplus(), then: [percent] };

/** How a server may write a value back: JSON, URLs, HTML, lines, and some of them in each other. */
export function waysFor(secrets: readonly string[]): Way[] {
  const forms = secrets.some((secret) => secret.includes(" ")) ? [form] : [];
  return [
    { ...backslash, then: [backslash, percent, entity, lines, ...forms] },
    { ...percent, then: [percent] },
    { ...entity, then: [percent] },
    lines,
    ...forms,
  ];
}

/** Looks for needles in a stream as it is read in one way, and in the ways that follow from it. */
export class View {
  readonly #needles: Needles;
  readonly #reader: Reader | undefined;
  readonly #below: readonly View[];
  /** Where each of the last bytes began, as many as a needle has at most. */
  readonly #begun: Uint32Array;
  #state = 0;
  #count = 0;
  #markedFrom = 0;
  #markedTo = 0;

  /** `most` is how long the stream may be, where that is known. */
  constructor(needles: Needles, most: number, ways: readonly Way[], reader?: Reader) {
    const room = Math.min(needles.longest, most);
    this.#needles = needles;
    this.#reader = reader;
    this.#below = ways.map((way) => new View(needles, most, way.then, way.reader()));
    this.#begun = new Uint32Array(2 ** Math.ceil(Math.log2(room + 1)));
  }

  /** `above`, where nothing was open in the view that this one reads on from, before the block. */
  read(block: Block, last: boolean, mark: Mark, above?: View): void {
    const read = this.#reader?.read(block, last) ?? block;
    const rests = this.#state === 0;
    const short = block.length < this.#begun.length;
    if (rests && read === block && above && !short) this.#follow(above);
    else this.#scan(read, mark);
    for (const view of this.#below) view.read(read, last, mark, rests ? this : undefined);
  }

  /**
   * What is read as it was above, and from the same state, need not be looked through again; but
   * of a short block that is less than to copy where all began.
   */
  #follow(above: View): void {
    this.#state = above.#state;
    if (this.#state === 0) return;
    this.#count = above.#count;
    this.#begun.set(above.#begun);
  }

  /** Where in the stream a needle may have begun that has not ended. */
  open(): number {
    const length = this.#needles.open(this.#state);
    const own = length === 0 ? Infinity : this.#at(length);
    const held = this.#reader?.held() ?? Infinity;
    return this.#below.reduce((open, view) => Math.min(open, view.open()), Math.min(own, held));
  }

  #scan({ bytes, from, to, length }: Block, mark: Mark): void {
    const needles = this.#needles;
    const begun = this.#begun;
    const last = begun.length - 1;
    let state = this.#state;
    let count = this.#count;
    for (let at = 0; at < length; at++) {
      if (state === 0) at = needles.skip(bytes, at, length);
      if (at === length) break;
      begun[count++ & last] = from[at] ?? 0;
      state = needles.step(state, bytes[at] ?? 0);
      const found = needles.found(state);
      if (found > 0) this.#mark(begun[(count - found) & last] ?? 0, to[at] ?? 0, mark);
    }
    this.#state = state;
    this.#count = count;
  }

  /** Where the last so many bytes began. */
  #at(length: number): number {
    return this.#begun[(this.#count - length) & (this.#begun.length - 1)] ?? 0;
  }

  /** What lies in the last run of needles was told: those of `aaaa` lie there again and again. */
  #mark(from: number, to: number, mark: Mark): void {
    if (from >= this.#markedFrom && from <= this.#markedTo) {
      mark(this.#markedTo, to);
    } else {
      mark(from, to);
      this.#markedFrom = from;
    }
    this.#markedTo = to;
  }
}
