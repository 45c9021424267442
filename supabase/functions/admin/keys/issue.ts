import { generateKey } from "../../_shared/auth/key.ts";
import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import type { Platform } from "../../_shared/platform.ts";
import { findKey, insertKey, type KeyMaterial, replaceKey } from "./repo.ts";
import type { CreatedKey, NewKey } from "./schema.ts";

/** Whose keys, and what this deployment makes them with. */
export interface Issuing {
  db: Db;
  ownerId: string;
  platform: Pick<Platform, "keyEnv" | "signer">;
}

/** Makes a key for the caller. The answer holds its secret, which nothing keeps. */
export async function issueKey(issuing: Issuing, draft: NewKey): Promise<CreatedKey> {
  return await issue(issuing, (material) => insertKey(issuing.db, draft, material));
}

/** Makes a key in place of another one of the caller's. */
export async function rotateKey(
  issuing: Issuing,
  old: { id: string; overlapS: number },
): Promise<CreatedKey> {
  return await issue(issuing, (material) => replaceKey(issuing.db, old, material));
}

async function issue(
  { db, ownerId, platform: { signer, keyEnv } }: Issuing,
  keep: (material: KeyMaterial) => Promise<string>,
): Promise<CreatedKey> {
  // Without a key to sign with, no API key could ever be used here.
  if (signer === undefined) throw new Fault("api_keys_unavailable");
  const { key, publicId, secretHash } = await generateKey(keyEnv);
  const id = await keep({ publicId, secretHash });
  return { ...await findKey(db, ownerId, id), secret: key };
}
