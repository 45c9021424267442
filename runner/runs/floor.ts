import { describe, type Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { Visit, type Visiting } from "./visit.ts";

/** Everyone who is being served: found by run, waited for, sent away. */
export class Floor {
  readonly #visits = new Map<string, Visit>();
  readonly #leaving = new AbortController();

  constructor(readonly metrics: Metrics, readonly log: Log) {}

  /** Aborted once nobody else is let in. */
  get closing(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Clients that are served, and connections that a client holds although it is not any more. */
  get clients(): number {
    return this.metrics.inFlight;
  }

  has(run: string): boolean {
    return this.#visits.has(run);
  }

  /** Serves a client at its place. It counts until the last of its answer is `delivered`. */
  welcome(visiting: Visiting, delivered: Promise<void>): Visit {
    const visit = new Visit(visiting);
    this.#visits.set(visiting.pass.run, visit);
    this.metrics.inFlight++;
    this.#seeOff(visit, visiting.pass.run, delivered).catch((thrown) => {
      this.log("error", "visit_failed", { cause: describe(thrown) });
    });
    return visit;
  }

  /** Cancels a run; false when it is not here. */
  cancel(run: string): boolean {
    const visit = this.#visits.get(run);
    visit?.cancel();
    return visit !== undefined;
  }

  /** Lets nobody in, and waits for those who are here: `graceMs` until they are cancelled. */
  async drain(graceMs: number): Promise<void> {
    this.#leaving.abort();
    const all = Promise.all([...this.#visits.values()].map((visit) => visit.over()));
    const bell = setTimeout(() => {
      for (const visit of this.#visits.values()) visit.cancel();
    }, graceMs);
    await all.finally(() => clearTimeout(bell));
  }

  async #seeOff(visit: Visit, run: string, delivered: Promise<void>): Promise<void> {
    const { status, ms, cause } = await visit.outcome;
    this.metrics.ended(status, ms);
    const level = status === "lost" ? "error" : "info";
    const why = status === "lost" ? describe(cause) : undefined;
    this.log(level, "run", { run, status, ms: ms && Math.round(ms), cause: why });
    await visit.over();
    this.#visits.delete(run);
    await delivered;
    this.metrics.inFlight--;
  }
}
