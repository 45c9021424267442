import { type Db, first, rows } from "../../_shared/db.ts";
import {
  type NewQuarantine,
  type Quarantine,
  type QuarantineQuery,
  QuarantineRow,
} from "./schema.ts";

const COLUMNS = "id, kind, target, reason, created_by, created_at, released_by, released_at, note";

/** Quarantines that fit a filter, newest first, after a quarantine's id. */
export async function listQuarantines(
  db: Db,
  { kind, state }: Pick<QuarantineQuery, "kind" | "state">,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<Quarantine[]> {
  let query = db.from("quarantines").select(COLUMNS);
  if (kind !== undefined) query = query.eq("kind", kind);
  if (state === "active") query = query.is("released_at", null);
  if (state === "released") query = query.not("released_at", "is", null);
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return QuarantineRow.array().parse(rows(reply));
}

/** Holds an agent, a key, a user or everything: running runs are asked to stop, none starts. */
export async function quarantine(
  db: Db,
  { target, ...draft }: NewQuarantine,
): Promise<Quarantine> {
  const args = target === null ? draft : { ...draft, target };
  return QuarantineRow.parse(first(await db.rpc("quarantine", args)));
}

/** Ends a quarantine: what was held is as it was before. */
export async function release(db: Db, id: string, note: string): Promise<Quarantine> {
  const reply = await db.rpc("release_quarantine", { quarantine_id: id, note });
  return QuarantineRow.parse(first(reply));
}
