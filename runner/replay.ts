import { Problem } from "./problem.ts";

/** Makes a token good again. */
export type Restore = () => void;

interface Spent {
  /** When the token expires, in milliseconds since 1970. */
  expiresMs: number;
}

/**
 * Remembers which run tokens were used until they expire. It never forgets one early: with no room
 * left it refuses new ones.
 */
export class SpentTokens {
  readonly #spent = new Map<string, Spent>();

  constructor(readonly room: number, readonly now: () => number = Date.now) {}

  /**
   * Marks a token as used, before anything can be had for it. Where nothing was, the answer makes it
   * good again. Throws {@link Problem} when it was used before, or when there is no room.
   */
  spend(run: string, expiresMs: number): Restore {
    const known = this.#spent.get(run);
    if (known !== undefined && known.expiresMs > this.now()) throw new Problem("token_replayed");
    if (this.#spent.size >= this.room) this.#forget();
    if (this.#spent.size >= this.room) {
      throw new Problem("tokens_unremembered", { retryAfterS: 5 });
    }
    const spent = { expiresMs };
    this.#spent.set(run, spent);
    // what another request has spent since is not this one's to give back
    return () => {
      if (this.#spent.get(run) === spent) this.#spent.delete(run);
    };
  }

  #forget(): void {
    const now = this.now();
    for (const [run, { expiresMs }] of this.#spent) {
      if (expiresMs <= now) this.#spent.delete(run);
    }
  }
}
