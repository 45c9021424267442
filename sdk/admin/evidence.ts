import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { Bundle, Evidence, NewEvidence } from "../wire.ts";

/** Which bundles are listed. */
export type EvidenceQuery = Omit<Query<"GET", "/admin/evidence">, "limit" | "cursor">;

/** Signed bundles of what is known about an incident. */
export class EvidenceBundles {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first, without what they hold. */
  list(query: EvidenceQuery = {}): Listing<Evidence> {
    return this.#api.list("/admin/evidence", { query });
  }

  /** Gathers and signs what is known. */
  create(evidence: NewEvidence): Promise<Evidence> {
    return this.#api.request("POST", "/admin/evidence", { body: evidence });
  }

  /** A bundle with all that it holds. */
  get(id: string): Promise<Bundle> {
    return this.#api.request("GET", "/admin/evidence/{id}", { params: { id } });
  }
}
