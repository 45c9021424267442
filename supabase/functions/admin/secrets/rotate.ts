import { keepAlive } from "../../_shared/background.ts";
import { type Db, rows } from "../../_shared/db.ts";
import { resealBatch, type Resealing, resealRest } from "../../_shared/vault/reseal.ts";
import type { SecretRotation } from "./schema.ts";

/**
 * Locks everybody's secrets anew by the current key: a first batch before the answer, the rest in
 * the background. That it was asked for is in the audit log, by the caller's own rights.
 */
export async function rotateSecrets(db: Db, resealing: Resealing): Promise<SecretRotation> {
  const { resealed, failed, total, last } = await resealBatch(resealing);
  rows(
    await db.rpc("audit_note", {
      action: "secrets.rotated",
      resource_type: "secrets",
      details: { kid: resealing.vault.kid ?? "", resealed, failed, remaining: total - resealed },
    }),
  );
  if (last !== undefined) keepAlive(resealRest(resealing, last));
  return { resealed, failed, remaining: total - resealed };
}
