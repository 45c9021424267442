import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { DeadLetter, QueueOverview, Replay } from "../wire.ts";

/** What waits for a place, and what never got one. */
export class Queue {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** How much waits, for how long, and who works on it. */
  get(): Promise<QueueOverview> {
    return this.#api.request("GET", "/admin/queue");
  }

  /** Runs that were given up, newest first. */
  dead(): Listing<DeadLetter> {
    return this.#api.list("/admin/queue/dead");
  }

  /** Queues a run that was given up once more, as a new run. */
  replay(run: string): Promise<Replay> {
    return this.#api.request("POST", "/admin/queue/dead/{run}/replay", { params: { run } });
  }
}
