import { type Db, first, one, rows } from "../../_shared/db.ts";
import type { PreparedVersion } from "./prepare.ts";
import { type Version, VersionRow, VersionSummary } from "./schema.ts";

const SUMMARY =
  "version, language, source_hash, created_at, published_at, approval, approved_at" as const;
const COLUMNS =
  `${SUMMARY}, source, input_schema, policy, policy_hash, findings, agents!inner(name)` as const;

/** Which agent, and which stretch of its versions: newest first, below a version's number. */
export interface VersionPage {
  agentId: string;
  limit: number;
  after: string | undefined;
}

/** An agent's versions, newest first. */
export async function listVersions(db: Db, page: VersionPage): Promise<VersionSummary[]> {
  let query = db.from("agent_versions").select(SUMMARY).eq("agent_id", page.agentId);
  if (page.after !== undefined) query = query.lt("version", Number(page.after));
  const reply = await query.order("version", { ascending: false }).limit(page.limit);
  return VersionSummary.array().parse(rows(reply));
}

/** One version with its source, or `not_found`. */
export async function findVersion(
  db: Db,
  ownerId: string,
  { name, version }: { name: string; version: number },
): Promise<Version> {
  const reply = await db.from("agent_versions").select(COLUMNS)
    .eq("owner_id", ownerId).eq("agents.name", name).eq("version", version).maybeSingle();
  return VersionRow.parse(one(reply));
}

/** Lets a version run that is granted more than the last that could; `not_found` if its policy is another. */
export async function approveVersion(
  db: Db,
  { name, version, policyHash }: { name: string; version: number; policyHash: string | undefined },
): Promise<Version> {
  const reply = await db.rpc("approve_version", {
    agent_name: name,
    version,
    ...(policyHash !== undefined && { policy_hash: policyHash }),
  });
  return VersionRow.parse(first(reply));
}

/**
 * Adds a version to an agent and, if asked, publishes it in the same transaction, unless it needs an
 * approval.
 */
export async function insertVersion(
  db: Db,
  name: string,
  version: PreparedVersion & { publish: boolean },
): Promise<Version> {
  return VersionRow.parse(first(await db.rpc("create_version", { agent_name: name, ...version })));
}
