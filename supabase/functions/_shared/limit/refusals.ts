import type { Drawn } from "./store.ts";

const BELIEVED_MS = 250;
const MAX_KNOWN = 1_000;

/**
 * Refusals of the last quarter of a second. Who floods is told the same again without a question,
 * so that the flood does not reach the database; nobody passes by it, and who may pass again waits
 * that much longer.
 */
export class Refusals<T extends Drawn> {
  readonly #known = new Map<string, { drawn: readonly T[]; at: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What was answered to the same charges a moment ago, if that was a refusal. */
  find(charges: string): readonly T[] | undefined {
    const known = this.#known.get(charges);
    if (known === undefined) return undefined;
    const passed = this.now() - known.at;
    const over = passed >= BELIEVED_MS || known.drawn.some(({ resetMs }) => passed >= resetMs);
    if (!over) return known.drawn.map((drawn) => ({ ...drawn, resetMs: drawn.resetMs - passed }));
    this.#known.delete(charges);
    return undefined;
  }

  /** Remembers an answer, if it is a refusal. */
  keep(charges: string, drawn: readonly T[]): void {
    if (drawn.every(({ success }) => success)) return;
    this.#known.delete(charges);
    this.#known.set(charges, { drawn, at: this.now() });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
