import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { Hold, NewHold } from "../wire.ts";

/** Which holds are listed. */
export type HoldQuery = Omit<Query<"GET", "/admin/holds">, "limit" | "cursor">;

/** What nobody may delete, and what does not expire. */
export class Holds {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(query: HoldQuery = {}): Listing<Hold> {
    return this.#api.list("/admin/holds", { query });
  }

  /** Keeps something from being deleted or overwritten. */
  create(hold: NewHold): Promise<Hold> {
    return this.#api.request("POST", "/admin/holds", { body: hold });
  }

  /** Lets it be deleted again. */
  release(id: string, note?: string): Promise<Hold> {
    return this.#api.request("POST", "/admin/holds/{id}/release", {
      params: { id },
      body: { note },
    });
  }
}
