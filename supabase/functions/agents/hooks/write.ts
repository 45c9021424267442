import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import { newSigningSecret, sealSigning } from "../../_shared/vault/signing.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { draftHook, type HookKey, insertHook, rotateHook } from "./repo.ts";
import { type Hook, type HookRotation, isSecretOf, type NewHook } from "./schema.ts";

/** Whose hooks, and what their secrets are locked with. */
export interface Writing {
  db: Db;
  ownerId: string;
  vault: Vault;
}

/** Makes a hook, and answers its secret this once. */
export async function createHook(
  { db, ownerId, vault }: Writing,
  agent: string,
  { secret = newSigningSecret(), ...rest }: NewHook,
): Promise<Hook & { secret: string }> {
  const { id, agent_id: agentId, version } = await draftHook(db, agent);
  const subject = { kind: "hook", id, ownerId, agentId } as const;
  const sealed = await sealSigning(vault, subject, { version, value: secret });
  return { ...await insertHook(db, { agent, id }, rest, sealed), secret };
}

/** Gives a hook its next secret, which is answered this once. The one before is good for a while. */
export async function rotateSecret(
  { db, ownerId, vault }: Writing,
  key: HookKey,
  { secret = newSigningSecret(), overlap_s: overlapS }: HookRotation,
): Promise<Hook & { secret: string }> {
  const { id, agent_id: agentId, version, kind } = await draftHook(db, key.agent, key.id);
  if (!isSecretOf(kind, secret)) {
    throw new Fault("invalid_request", "A secret is whsec_ and 24 to 64 bytes in base64.");
  }
  const subject = { kind: "hook", id, ownerId, agentId } as const;
  const sealed = await sealSigning(vault, subject, { version, value: secret });
  return { ...await rotateHook(db, key, sealed, { version, overlapS }), secret };
}
