import { Fault } from "../fault.ts";
import type { Log } from "../log.ts";
import { Breaker } from "./breaker.ts";
import { IsolateStore } from "./isolate.ts";
import type { Store } from "./store.ts";
import { type Direction, Tally } from "./tally.ts";

const RETRY_AFTER_S = 2;

/** What a store answered, or the isolate in its place. */
export interface Answer<T> {
  value: T;
  /** False where only this isolate counted. */
  counted: boolean;
}

/** Asks the store that all isolates share, and decides what happens where it cannot be asked. */
export class Guard {
  readonly isolate = new IsolateStore();
  readonly tally: Tally;
  readonly #breaker: Breaker;

  /** `now` is a steady clock in ms. */
  constructor(
    private readonly store: Store,
    { log, now, onUncounted }: {
      log: Log;
      now: (() => number) | undefined;
      onUncounted?: ((direction: Direction) => void) | undefined;
    },
  ) {
    this.tally = new Tally(log, now, onUncounted);
    this.#breaker = new Breaker(() => this.tally.recovered(), now);
  }

  /** While the store is out, the isolate answers in its place. */
  open<T>(what: string, ask: (store: Store) => Promise<T>): Promise<Answer<T>> {
    return this.#ask(ask, async (reason) => {
      this.tally.add("open", what, reason);
      return { value: await ask(this.isolate), counted: false };
    });
  }

  /** While the store is out, `limiter_unavailable`. */
  closed<T>(what: string, ask: (store: Store) => Promise<T>): Promise<Answer<T>> {
    return this.#ask(ask, (reason, cause) => {
      this.tally.add("closed", what, reason);
      throw new Fault("limiter_unavailable", undefined, { cause, retryAfter: RETRY_AFTER_S });
    });
  }

  async #ask<T>(
    ask: (store: Store) => Promise<T>,
    otherwise: (reason: string, cause: unknown) => Promise<Answer<T>>,
  ): Promise<Answer<T>> {
    try {
      return { value: await this.#breaker.run(() => ask(this.store)), counted: true };
    } catch (err) {
      return await otherwise(err instanceof Error ? err.message : "", err);
    }
  }
}
