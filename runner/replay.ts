import { Problem } from "./problem.ts";

/**
 * Remembers which run tokens were used until they expire. It never forgets one early: with no room
 * left it refuses new ones.
 */
export class SpentTokens {
  /** Run id → when its token expires, in milliseconds since 1970. */
  readonly #spent = new Map<string, number>();

  constructor(readonly room: number, readonly now: () => number = Date.now) {}

  /** Marks a token as used. Throws {@link Problem} when it was before, or when there is no room. */
  spend(run: string, expiresMs: number): void {
    const known = this.#spent.get(run);
    if (known !== undefined && known > this.now()) throw new Problem("token_replayed");
    if (this.#spent.size >= this.room) this.#forget();
    if (this.#spent.size >= this.room) {
      throw new Problem("tokens_unremembered", { retryAfterS: 5 });
    }
    this.#spent.set(run, expiresMs);
  }

  #forget(): void {
    const now = this.now();
    for (const [run, expiresMs] of this.#spent) {
      if (expiresMs <= now) this.#spent.delete(run);
    }
  }
}
