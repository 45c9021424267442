import type { Api } from "../api.ts";
import type { NewRetentionRound, RetentionPolicy, RetentionRound } from "../wire.ts";

/** For how long what is kept. */
export class Retention {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** For how many days each kind of things is kept. */
  async list(): Promise<RetentionPolicy[]> {
    return (await this.#api.request("GET", "/admin/retention")).data;
  }

  /** Sets for how many days things of a kind are kept; null is for ever. */
  set(kind: string, keepDays: number | null): Promise<RetentionPolicy> {
    return this.#api.request("PUT", "/admin/retention/{kind}", {
      params: { kind },
      body: { keep_days: keepDays },
    });
  }

  /** Removes what is due, or only counts it (`dry_run`). */
  run(round: NewRetentionRound = {}): Promise<RetentionRound> {
    return this.#api.request("POST", "/admin/retention/run", { body: round });
  }
}
