import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { exportAudit } from "./export.ts";
import * as repo from "./repo.ts";
import { AuditEntry, AuditQuery, ChainReport, ExportQuery, VerificationQuery } from "./schema.ts";

/** The audit log: who did what, and proof that nobody changed the record of it. */
export const audit: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/audit",
      summary: "List what was done, newest first",
      accept: z.object({ query: AuditQuery }),
      needs: "audit:read",
      budget: "read",
      reply: pageOf(AuditEntry),
      faults: ["invalid_cursor"],
    },
    ({ query: { limit, cursor, ...filter } }, { db, caller, platform }) =>
      paginate(platform.cursors, { limit, cursor }, {
        list: "audit",
        user: caller.userId,
        key: (entry: AuditEntry) => String(entry.seq),
        fetch: (page) => repo.listAudit(db, filter, page),
      }),
  ),
  route({
    method: "get",
    path: "/audit/export",
    summary: "Export what was done, oldest first, as NDJSON or CSV",
    accept: z.object({ query: ExportQuery }),
    needs: "audit:read",
    budget: "execute",
    media: ["application/x-ndjson", "text/csv"],
  }, ({ query: { format, ...filter } }, { db }) => exportAudit(db, filter, format)),
  route({
    method: "get",
    path: "/audit/verification",
    summary: "Verify the chain of the audit log, or a stretch, also against an earlier look",
    accept: z.object({ query: VerificationQuery }),
    needs: "audit:read",
    budget: "execute",
    reply: ChainReport,
  }, ({ query }, { db }) => repo.verifyChain(db, query)),
];
