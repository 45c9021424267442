import * as z from "zod";
import { type Db, first, one, rows } from "../../_shared/db.ts";
import { type Key, KeyRow, type NewKey } from "./schema.ts";

const COLUMNS =
  "id, name, public_id, scopes, created_at, expires_at, revoked_at, last_used_at, replaces, agents(name)";

/** What the database keeps of a new key: its public half, and the hash of its secret in hex. */
export interface KeyMaterial {
  publicId: string;
  secretHash: string;
}

/** Whose keys, and which stretch of them: newest first, after a key's id. */
export interface KeyPage {
  ownerId: string;
  limit: number;
  after: string | undefined;
}

const Made = z.object({ id: z.uuid() });

/** The owner's keys, newest first. */
export async function listKeys(db: Db, page: KeyPage): Promise<Key[]> {
  let query = db.from("api_keys").select(COLUMNS).eq("owner_id", page.ownerId);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return KeyRow.array().parse(rows(reply));
}

/** The owner's key of that id, or `not_found`. */
export async function findKey(db: Db, ownerId: string, id: string): Promise<Key> {
  const reply = await db.from("api_keys").select(COLUMNS)
    .eq("owner_id", ownerId).eq("id", id).maybeSingle();
  return KeyRow.parse(one(reply));
}

/** Creates a key, and says its id. */
export async function insertKey(
  db: Db,
  { name, scopes, agent, expires_at }: NewKey,
  { publicId, secretHash }: KeyMaterial,
): Promise<string> {
  const reply = await db.rpc("create_key", {
    name,
    scopes,
    public_id: publicId,
    secret_hash: secretHash,
    ...(agent !== undefined && { agent_name: agent }),
    ...(expires_at !== undefined && { expires_at }),
  });
  return Made.parse(first(reply)).id;
}

/** Creates a key in place of another, which expires when the overlap is over; says the new id. */
export async function replaceKey(
  db: Db,
  { id, overlapS }: { id: string; overlapS: number },
  { publicId, secretHash }: KeyMaterial,
): Promise<string> {
  const reply = await db.rpc("rotate_key", {
    key_id: id,
    public_id: publicId,
    secret_hash: secretHash,
    overlap_s: overlapS,
  });
  return Made.parse(first(reply)).id;
}

/** Revokes a key; one that is revoked already stays so. */
export async function revokeKey(db: Db, id: string): Promise<void> {
  first(await db.rpc("revoke_key", { key_id: id }));
}
