import { type Db, one, rows } from "../../_shared/db.ts";
import type { Service } from "../../_shared/service.ts";
import {
  type Bundle,
  BundleRow,
  type Evidence,
  type EvidenceQuery,
  EvidenceRow,
  Sections,
} from "./schema.ts";

const COLUMNS = "id, kind, target, reason, since, until, created_by, created_at";

/** What evidence is about, and from when to when. */
export interface Scope {
  kind: Evidence["kind"];
  /** The UUID; null for everything. */
  target: string | null;
  since: string;
  until: string;
}

/** What is kept: a bundle with its sections packed, and who froze it why. */
export interface Frozen extends Scope, Pick<Bundle, "manifest" | "signature"> {
  packed: string;
  id: string;
  reason: string;
  createdBy: string;
}

/** Bundles that fit a filter, newest first, after a bundle's id. */
export async function listEvidence(
  db: Db,
  { kind }: Pick<EvidenceQuery, "kind">,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<Evidence[]> {
  let query = db.from("evidence").select(COLUMNS);
  if (kind !== undefined) query = query.eq("kind", kind);
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return EvidenceRow.array().parse(rows(reply));
}

/** What is frozen under an id, or `not_found`. */
export async function findEvidence(db: Db, id: string): Promise<Evidence> {
  return EvidenceRow.parse(
    one(await db.from("evidence").select(COLUMNS).eq("id", id).maybeSingle()),
  );
}

/** What is kept of a bundle, or `not_found`. */
export async function findBundle(db: Db, id: string): Promise<BundleRow> {
  const reply = await db.from("evidence").select("manifest, signature, sections")
    .eq("id", id).maybeSingle();
  return BundleRow.parse(one(reply));
}

/** Everything that the database holds about something, each section as a JSON text. */
export async function collect(db: Db, scope: Scope): Promise<Sections> {
  return Sections.parse(rows(await db.rpc("collect_evidence", aimedAt(scope))));
}

/** Keeps a bundle for good: nobody changes or deletes one. */
export async function keep(
  service: Service,
  { createdBy, id, manifest, packed, ...frozen }: Frozen,
): Promise<void> {
  rows(
    await service("keep_evidence", {
      ...aimedAt(frozen),
      evidence_id: id,
      manifest: JSON.stringify(manifest),
      sections: packed,
      created_by: createdBy,
    }),
  );
}

/** What is about everything has no target, and leaves the argument out. */
function aimedAt<Args extends { target: string | null }>({ target, ...args }: Args) {
  return target === null ? args : { ...args, target };
}
