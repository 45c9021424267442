import * as z from "zod";
import { type Db, first, one, rows } from "../../_shared/db.ts";
import type { Binding, Sealed } from "../../_shared/vault/stored.ts";
import { type Secret, SecretRow } from "./schema.ts";

const COLUMNS =
  "id, name, agent_id, hosts, version, created_at, updated_at, expires_at, last_used_at, agents(name)";

/** Whose secrets, and which stretch of them: newest first, after a secret's id. */
export interface SecretPage {
  ownerId: string;
  limit: number;
  after: string | undefined;
}

const Draft = z.object({ id: z.uuid(), agent_id: z.uuid().nullable() });
const Terms = z.object({
  agent_id: z.uuid().nullable(),
  name: z.string(),
  version: z.int(),
  hosts: z.array(z.string()),
  expires_at: z.string().nullable(),
});

/** The owner's secrets, newest first. */
export async function listSecrets(db: Db, page: SecretPage): Promise<Secret[]> {
  let query = db.from("secrets").select(COLUMNS).eq("owner_id", page.ownerId);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return SecretRow.array().parse(rows(reply));
}

/** The owner's secret of that id, or `not_found`. */
export async function findSecret(db: Db, ownerId: string, id: string): Promise<Secret> {
  const reply = await db.from("secrets").select(COLUMNS)
    .eq("owner_id", ownerId).eq("id", id).maybeSingle();
  return SecretRow.parse(one(reply));
}

/** What the value of a new secret is to be bound to: its id, and that of its agent. */
export async function draftSecret(
  db: Db,
  agent: string | undefined,
): Promise<{ id: string; agentId: string | null }> {
  const reply = await db.rpc("draft_secret", agent === undefined ? {} : { agent_name: agent });
  const { id, agent_id } = Draft.parse(rows(reply));
  return { id, agentId: agent_id };
}

/** What the value of the owner's secret is bound to now, or `not_found`. */
export async function findBinding(db: Db, ownerId: string, id: string): Promise<Binding> {
  const reply = await db.from("secrets").select("agent_id, name, version, hosts, expires_at")
    .eq("owner_id", ownerId).eq("id", id).maybeSingle();
  const { agent_id, expires_at, ...rest } = Terms.parse(one(reply));
  const expiresAt = expires_at === null ? null : new Date(expires_at).toISOString();
  return { ...rest, id, ownerId, agentId: agent_id, expiresAt };
}

/** Keeps a new secret. */
export async function insertSecret(db: Db, binding: Binding, value: Sealed): Promise<void> {
  const { agentId } = binding;
  const args = { ...argsOf(binding, value), name: binding.name };
  first(await db.rpc("create_secret", agentId === null ? args : { ...args, agent_id: agentId }));
}

/** Keeps the next version of a secret, or throws `secret_changed` if that is another's already. */
export async function replaceSecret(db: Db, binding: Binding, value: Sealed): Promise<void> {
  const args = { ...argsOf(binding, value), version: binding.version };
  first(await db.rpc("replace_secret", args));
}

/** Forgets a secret. */
export async function deleteSecret(db: Db, id: string): Promise<void> {
  rows(await db.rpc("delete_secret", { secret_id: id }));
}

function argsOf({ id, hosts, expiresAt }: Binding, { kid, sealed }: Sealed) {
  return {
    secret_id: id,
    hosts: [...hosts],
    kid,
    sealed,
    ...(expiresAt !== null && { expires_at: expiresAt }),
  };
}
