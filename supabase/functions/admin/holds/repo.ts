import { type Db, first, rows } from "../../_shared/db.ts";
import { type Hold, type HoldQuery, HoldRow, type NewHold } from "./schema.ts";

const COLUMNS = "id, kind, target, reason, created_by, created_at, released_by, released_at, note";

/** Holds that fit a filter, newest first, after a hold's id. */
export async function listHolds(
  db: Db,
  { kind, state }: Pick<HoldQuery, "kind" | "state">,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<Hold[]> {
  let query = db.from("legal_holds").select(COLUMNS);
  if (kind !== undefined) query = query.eq("kind", kind);
  if (state === "active") query = query.is("released_at", null);
  if (state === "released") query = query.not("released_at", "is", null);
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return HoldRow.array().parse(rows(reply));
}

/** Keeps a user's, an agent's or an incident's rows from expiring, until it is released. */
export async function hold(db: Db, draft: NewHold): Promise<Hold> {
  return HoldRow.parse(first(await db.rpc("hold", draft)));
}

/** Ends a hold: what it held expires as everything does. */
export async function release(db: Db, id: string, note: string): Promise<Hold> {
  return HoldRow.parse(first(await db.rpc("release_hold", { hold_id: id, note })));
}
