import { Crowded } from "./lane.ts";

const FAILURES = 3;
const REST_MS = 2_000;

/** Nobody could count: the store is down, slow, or answers what cannot be true. */
export class Outage extends Error {
  override readonly name = "Outage";
}

/**
 * Stands before a store. After three failures in a row nobody asks it for two seconds; then one
 * request tries, and the others go on without until it has an answer. Many who were asked for in one
 * call fail with one error, which is one failure; a crowd is none. Rejects with {@link Outage} alone,
 * whose message says why without a key, a token or an address.
 */
export class Breaker {
  #failures = 0;
  #closedUntil = 0;
  #last: unknown;

  /** `recovered` is called when the store answers after a rest. */
  constructor(
    private readonly recovered: () => void = () => {},
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Asks the store, unless it rests. */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#failures >= FAILURES) this.#tryAgain();
    try {
      const answer = await ask();
      const rested = this.#failures >= FAILURES;
      this.#failures = 0;
      if (rested) this.recovered();
      return answer;
    } catch (err) {
      if (!(err instanceof Crowded)) this.#fail(err);
      throw new Outage(reason(err));
    }
  }

  #fail(err: unknown): void {
    if (err instanceof Error && err === this.#last) return;
    this.#last = err;
    this.#failures += 1;
    this.#closedUntil = this.now() + REST_MS;
  }

  #tryAgain(): void {
    if (this.now() < this.#closedUntil) throw new Outage("it has just failed, and rests");
    this.#closedUntil = this.now() + REST_MS;
  }
}

/** The clients' errors repeat the command they failed with, and the body they could not read. */
function reason(err: unknown): string {
  if (!(err instanceof Error)) return `a ${typeof err} was thrown`;
  const [text = ""] = err.message.split(/, command was|(?<=response body):/);
  return `${err.name}: ${text}`.slice(0, 200);
}
