import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { SecurityEvent } from "../wire.ts";

/** Which events are listed. */
export type EventQuery = Omit<Query<"GET", "/admin/events">, "limit" | "cursor">;

/** What went wrong at the door, and what looked like an attack. */
export class SecurityEvents {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(query: EventQuery = {}): Listing<SecurityEvent> {
    return this.#api.list("/admin/events", { query });
  }
}
