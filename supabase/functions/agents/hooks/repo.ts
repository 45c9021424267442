import { type Db, first, one, rows } from "../../_shared/db.ts";
import { SigningDraft } from "../../_shared/vault/schema.ts";
import type { NewSigning } from "../../_shared/vault/signing.ts";
import { type Hook, type HookChange, HookRow } from "./schema.ts";

const COLUMNS =
  "id, kind, description, version, enabled, secret_version, key_id, created_at, updated_at, last_used_at";

/** One of an agent's hooks, by its UUID. */
export interface HookKey {
  agent: string;
  id: string;
}

/** All hooks of an agent, newest first. */
export async function listHooks(db: Db, agentId: string): Promise<Hook[]> {
  const reply = await db.from("hooks").select(COLUMNS).eq("agent_id", agentId)
    .order("id", { ascending: false }).limit(1_000);
  return HookRow.array().parse(rows(reply));
}

/** The agent's hook of that id, or `not_found`. */
export async function findHook(db: Db, agentId: string, id: string): Promise<Hook> {
  const reply = await db.from("hooks").select(COLUMNS)
    .eq("agent_id", agentId).eq("id", id).maybeSingle();
  return HookRow.parse(one(reply));
}

/** What the next secret is bound to: of a new hook of the agent's, or of the one that is named. */
export async function draftHook(db: Db, agent: string, id?: string): Promise<SigningDraft> {
  const args = { agent_name: agent, ...(id !== undefined && { hook_id: id }) };
  return SigningDraft.parse(rows(await db.rpc("draft_hook", args)));
}

/** Makes a hook with its locked secret. */
export async function insertHook(
  db: Db,
  { agent, id }: HookKey,
  { kind, description, version }: Pick<Hook, "kind" | "description" | "version">,
  secret: NewSigning,
): Promise<Hook> {
  const args = { agent_name: agent, hook_id: id, kind, description, ...argsOf(secret) };
  const reply = await db.rpc("create_hook", version === null ? args : { ...args, version });
  return HookRow.parse(first(reply));
}

/** Changes a hook; to the database, version 0 is the published one. */
export async function changeHook(
  db: Db,
  { agent, id }: HookKey,
  { enabled, description, version }: HookChange,
): Promise<Hook> {
  const reply = await db.rpc("change_hook", {
    agent_name: agent,
    hook_id: id,
    ...(enabled !== undefined && { enabled }),
    ...(description !== undefined && { description }),
    ...(version !== undefined && { version: version ?? 0 }),
  });
  return HookRow.parse(first(reply));
}

/** Gives a hook its next secret, or throws `secret_changed` if somebody else just did. */
export async function rotateHook(
  db: Db,
  { agent, id }: HookKey,
  secret: NewSigning,
  { version, overlapS }: { version: number; overlapS: number },
): Promise<Hook> {
  const args = { agent_name: agent, hook_id: id, version, overlap_s: overlapS };
  return HookRow.parse(first(await db.rpc("rotate_hook", { ...args, ...argsOf(secret) })));
}

/** Ends a hook. */
export async function deleteHook(db: Db, { agent, id }: HookKey): Promise<void> {
  rows(await db.rpc("delete_hook", { agent_name: agent, hook_id: id }));
}

function argsOf({ id, kid, sealed }: NewSigning) {
  return { secret_id: id, kid, sealed };
}
