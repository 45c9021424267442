import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { Alert, Rule, RuleChange } from "../wire.ts";

/** Which alerts are listed. */
export type AlertQuery = Omit<Query<"GET", "/admin/alerts">, "limit" | "cursor">;

/** What rules say deserves a look, and the rules. */
export class Alerts {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first. */
  list(query: AlertQuery = {}): Listing<Alert> {
    return this.#api.list("/admin/alerts", { query });
  }

  /** Says that somebody has looked at it. */
  acknowledge(id: string, note?: string): Promise<Alert> {
    return this.#api.request("POST", "/admin/alerts/{id}/acknowledge", {
      params: { id },
      body: { note },
    });
  }

  /** The rules that make alerts. */
  async rules(): Promise<Rule[]> {
    return (await this.#api.request("GET", "/admin/alert-rules")).data;
  }

  /** Changes a rule, or makes one. */
  setRule(name: string, change: RuleChange): Promise<Rule> {
    return this.#api.request("PUT", "/admin/alert-rules/{name}", {
      params: { name },
      body: change,
    });
  }
}
