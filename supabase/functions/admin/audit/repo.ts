import type { Json } from "../../_shared/database.types.ts";
import { type Db, rows } from "../../_shared/db.ts";
import { AuditEntry, type AuditFilter, ChainReport, type VerificationQuery } from "./schema.ts";

const COLUMNS =
  "seq, at, actor_id, key_id, db_role, action, resource_type, resource_id, outcome, details, request_id, address, user_agent, via, policy_hash, prev_hash, hash";

/** What only the functions see happen, and the audit log is told of by them. */
export interface Note {
  action: "block.lifted" | "audit.exported" | "evidence.downloaded";
  resourceType: string;
  resourceId: string;
  details: Json;
}

/** Entries that fit a filter, newest first, before a sequence number. */
export async function listAudit(
  db: Db,
  filter: AuditFilter,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<AuditEntry[]> {
  let query = fitting(db, filter);
  if (after !== undefined) query = query.lt("seq", Number(after));
  return AuditEntry.array().parse(
    rows(await query.order("seq", { ascending: false }).limit(limit)),
  );
}

/** Entries that fit a filter, oldest first, after one sequence number and up to another. */
export async function readAudit(
  db: Db,
  filter: AuditFilter,
  { limit, after, until }: { limit: number; after: number; until: number },
): Promise<AuditEntry[]> {
  const query = fitting(db, filter).gt("seq", after).lte("seq", until);
  return AuditEntry.array().parse(rows(await query.order("seq").limit(limit)));
}

/** The sequence number of the newest entry; 0 where there is none. */
export async function findHead(db: Db): Promise<number> {
  const reply = await db.from("audit_log").select("seq")
    .order("seq", { ascending: false }).limit(1);
  return rows(reply)[0]?.seq ?? 0;
}

/** Walks the chain in the database. */
export async function verifyChain(db: Db, query: VerificationQuery): Promise<ChainReport> {
  return ChainReport.parse(rows(await db.rpc("verify_audit_chain", query)));
}

/** Writes an entry about something that happened outside of the database. */
export async function note(db: Db, entry: Note): Promise<void> {
  rows(
    await db.rpc("audit_note", {
      action: entry.action,
      resource_type: entry.resourceType,
      resource_id: entry.resourceId,
      details: entry.details,
    }),
  );
}

function fitting(db: Db, filter: AuditFilter) {
  let query = db.from("audit_log").select(COLUMNS);
  if (filter.actor !== undefined) query = query.eq("actor_id", filter.actor);
  if (filter.key !== undefined) query = query.eq("key_id", filter.key);
  if (filter.action !== undefined) query = query.eq("action", filter.action);
  if (filter.resource_type !== undefined) query = query.eq("resource_type", filter.resource_type);
  if (filter.resource_id !== undefined) query = query.eq("resource_id", filter.resource_id);
  if (filter.outcome !== undefined) query = query.eq("outcome", filter.outcome);
  if (filter.since !== undefined) query = query.gte("at", filter.since);
  if (filter.until !== undefined) query = query.lt("at", filter.until);
  return query;
}
