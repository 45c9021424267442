/** So many wait already that nobody else may: a crowd, and no fault of who is asked. */
export class Crowded extends Error {
  override readonly name = "Crowded";
}

interface Waiting<Ask, Answer> {
  ask: Ask;
  resolve(answer: Answer): void;
  reject(err: unknown): void;
}

/**
 * Asks for many in one call. One call is under way at a time; who comes meanwhile waits for its end,
 * and then goes with all the others that wait. So a crowd makes calls longer, and never many. Beyond
 * `room` who comes is refused as {@link Crowded}.
 */
export class Lane<Ask, Answer> {
  #waiting: Waiting<Ask, Answer>[] = [];
  #busy = false;

  /** `send` answers each ask in its place, or rejects for all of them. */
  constructor(
    private readonly send: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
    private readonly room: number,
  ) {}

  /** Answers when the call has ended that took this along. */
  ask(ask: Ask): Promise<Answer> {
    if (this.#waiting.length >= this.room) {
      return Promise.reject(new Crowded(`${this.room} wait already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#waiting.push({ ask, resolve, reject });
    if (!this.#busy) void this.#work();
    return promise;
  }

  /** Never rejects, and whoever has asked waits for it. */
  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const gone = this.#waiting;
      this.#waiting = [];
      try {
        const answers = await this.send(gone.map(({ ask }) => ask));
        if (answers.length !== gone.length) throw new Error("each ask has one answer");
        for (const [i, answer] of answers.entries()) gone[i]?.resolve(answer);
      } catch (err) {
        for (const { reject } of gone) reject(err);
      }
    }
    this.#busy = false;
  }
}

/**
 * Lets so many work at once; the others wait, and beyond `room` are refused as {@link Crowded}. Who
 * waits behind a failure fails with it, so that nobody waits in a queue for what hangs.
 */
export class Turns {
  #free: number;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  constructor(places: number, private readonly room: number) {
    this.#free = places;
  }

  /** Does the work when it is its turn. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait();
    try {
      return await work();
    } catch (err) {
      for (const { reject } of this.#waiting.splice(0)) reject(err);
      throw err;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next.resolve();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= this.room) {
      return Promise.reject(new Crowded(`${this.room} wait already`));
    }
    const turn = Promise.withResolvers<void>();
    this.#waiting.push(turn);
    return turn.promise;
  }
}
