import * as z from "zod";
import type { Signer } from "../../_shared/auth/signer.ts";
import { rows } from "../../_shared/db.ts";
import type { Service } from "../../_shared/service.ts";

/** A place of the audit log that the database asks to have signed. */
const Checkpoint = z.object({
  seq: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime({ precision: 3 }),
  entries: z.int().min(1),
});

/** A month makes one, and a day one more: so many wait after five years without a clock. */
const MAX_SIGNED = 100;

/**
 * Signs the places of the audit log up to which it may expire, oldest first. Two who do it at once sign
 * the same, and the database keeps the first signature. Answers how many were kept.
 */
export async function signCheckpoints(
  { service, signer, issuer }: { service: Service; signer: Signer; issuer: string },
): Promise<{ signed: number }> {
  let signed = 0;
  for (let tried = 0; tried < MAX_SIGNED; tried++) {
    const found = Checkpoint.nullable().parse(rows(await service("next_checkpoint", {})));
    if (found === null) break;
    const { seq, hash } = found;
    const signature = await signer.seal("checkpoint", { issuer, ...found });
    const kept = rows(await service("sign_checkpoint", { seq, hash, signature, kid: signer.kid }));
    if (z.boolean().parse(kept)) signed++;
  }
  return { signed };
}
