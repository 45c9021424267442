import { keepAlive } from "../../_shared/background.ts";
import { type Db, rows } from "../../_shared/db.ts";
import { resealBatch, type Resealing, resealRest } from "../../_shared/vault/reseal.ts";
import type { SecretRotation } from "./schema.ts";

/**
 * Locks everybody's secrets anew by the current key: a first batch before the answer, the rest in
 * the background. That it was asked for is in the audit log, by the caller's own rights.
 */
export async function rotateSecrets(db: Db, resealing: Resealing): Promise<SecretRotation> {
  const { resealed, failed, remaining, next } = await firstBatch(resealing);
  const rotation = { resealed, failed, remaining };
  rows(
    await db.rpc("audit_note", {
      action: "secrets.rotated",
      resource_type: "secrets",
      details: { kid: resealing.vault.kid ?? "", ...rotation },
    }),
  );
  if (next !== undefined) keepAlive(resealRest(resealing, next));
  return rotation;
}

/** Where all have had their turn, those that did not open have another: their key may be back. */
async function firstBatch(resealing: Resealing) {
  const first = await resealBatch(resealing, { unopened: false });
  if (first.size > 0 || first.failed === 0) return first;
  return await resealBatch(resealing, { unopened: true });
}
