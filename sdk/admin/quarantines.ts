import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { NewQuarantine, Quarantine } from "../wire.ts";

/** Which quarantines are listed. */
export type QuarantineQuery = Omit<Query<"GET", "/admin/quarantines">, "limit" | "cursor">;

/** Agents, keys, users, or all execution, stopped. */
export class Quarantines {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(query: QuarantineQuery = {}): Listing<Quarantine> {
    return this.#api.list("/admin/quarantines", { query });
  }

  /** Stops something at once, and what of it runs. */
  create(quarantine: NewQuarantine): Promise<Quarantine> {
    return this.#api.request("POST", "/admin/quarantines", { body: quarantine });
  }

  /** Lets it go on. */
  release(id: string, note?: string): Promise<Quarantine> {
    return this.#api.request("POST", "/admin/quarantines/{id}/release", {
      params: { id },
      body: { note },
    });
  }
}
