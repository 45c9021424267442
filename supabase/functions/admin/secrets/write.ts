import type { Db } from "../../_shared/db.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { draftSecret, findBinding, findSecret, insertSecret, replaceSecret } from "./repo.ts";
import type { NewSecret, Secret, SecretChange } from "./schema.ts";

/** Whose secrets, and what they are locked with. */
export interface Writing {
  db: Db;
  ownerId: string;
  vault: Vault;
}

/** Locks a value for a row that is not there yet, and makes the row. */
export async function createSecret(
  { db, ownerId, vault }: Writing,
  { name, value, hosts, agent, expires_at: expiresAt }: NewSecret,
): Promise<Secret> {
  const draft = await draftSecret(db, agent);
  const binding = { ...draft, ownerId, name, version: 1, hosts, expiresAt };
  await insertSecret(db, binding, await vault.seal(binding, value));
  return await findSecret(db, ownerId, binding.id);
}

/**
 * Gives a secret its next version. Hosts and expiry come with the value and never without it: who
 * could change the hosts alone could have the value sent to their own.
 */
export async function changeSecret(
  { db, ownerId, vault }: Writing,
  id: string,
  change: SecretChange,
): Promise<Secret> {
  const before = await findBinding(db, ownerId, id);
  const binding = {
    ...before,
    version: before.version + 1,
    hosts: change.hosts ?? before.hosts,
    expiresAt: change.expires_at === undefined ? before.expiresAt : change.expires_at,
  };
  await replaceSecret(db, binding, await vault.seal(binding, change.value));
  return await findSecret(db, ownerId, id);
}
