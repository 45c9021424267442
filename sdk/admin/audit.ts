import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { AuditEntry, ChainReport } from "../wire.ts";

/** What of the log is listed. */
export type AuditQuery = Omit<Query<"GET", "/admin/audit">, "limit" | "cursor">;

/** What of the log is exported, and how it is written. */
export type AuditExportQuery = AuditQuery & { format?: "ndjson" | "csv" | undefined };

/** Which stretch of the chain, and what it was found to be before. */
export type ChainQuery = Query<"GET", "/admin/audit/verification">;

/** The log of what was done: chained, so that nobody can change a line of it unseen. */
export class Audit {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** What was done, newest first. */
  list(query: AuditQuery = {}): Listing<AuditEntry> {
    return this.#api.list("/admin/audit", { query });
  }

  /** What was done, oldest first, as NDJSON or CSV; read it as it comes. */
  export(query: AuditExportQuery = {}): Promise<Response> {
    return this.#api.fetch("GET", "/admin/audit/export", { query });
  }

  /** Whether the chain is whole, or a stretch of it, also against an earlier look. */
  verify(query: ChainQuery = {}): Promise<ChainReport> {
    return this.#api.request("GET", "/admin/audit/verification", { query });
  }
}
