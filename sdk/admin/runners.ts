import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { CreatedRunner, Runner } from "../wire.ts";

/** Machines that take queued runs. */
export class Runners {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(): Listing<Runner> {
    return this.#api.list("/admin/runners");
  }

  /** Lets a machine in. Its key is in this answer alone. */
  create(name: string): Promise<CreatedRunner> {
    return this.#api.request("POST", "/admin/runners", { body: { name } });
  }

  /** Takes a machine's key back, at once. */
  revoke(id: string): Promise<Runner> {
    return this.#api.request("DELETE", "/admin/runners/{id}", { params: { id } });
  }
}
