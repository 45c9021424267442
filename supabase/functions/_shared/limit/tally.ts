import type { Log } from "../log.ts";

const LINE_EVERY_MS = 10_000;

/** Which way a request went that nobody could count. */
export type Direction = "open" | "closed";

/** Counts what went uncounted, and says so: at most one line in ten seconds and direction. */
export class Tally {
  readonly #total = { open: 0, closed: 0 };
  readonly #unsaid = { open: 0, closed: 0 };
  readonly #saidAt = { open: -Infinity, closed: -Infinity };

  constructor(
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
    private readonly onAdd: (direction: Direction) => void = () => {},
  ) {}

  /** Since this isolate began. */
  get total(): { failed_open: number; failed_closed: number } {
    return { failed_open: this.#total.open, failed_closed: this.#total.closed };
  }

  /** One request that was let through, or refused, uncounted. */
  add(direction: Direction, what: string, reason: string): void {
    this.#total[direction] += 1;
    this.#unsaid[direction] += 1;
    this.onAdd(direction);
    if (this.now() - this.#saidAt[direction] < LINE_EVERY_MS) return;
    this.#saidAt[direction] = this.now();
    this.log("warn", `limiter_failed_${direction}`, {
      what,
      reason,
      decisions: this.#unsaid[direction],
      total: this.#total[direction],
    });
    this.#unsaid[direction] = 0;
  }

  /** The store answers again. */
  recovered(): void {
    this.log("info", "limiter_recovered", { ...this.total });
  }
}
