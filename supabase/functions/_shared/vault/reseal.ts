import * as z from "zod";
import { rows } from "../db.ts";
import { Fault } from "../fault.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";
import { StoredRow, type StoredSecret } from "./stored.ts";
import type { Vault } from "./vault.ts";

/** With what values are locked anew. */
export interface Resealing {
  service: Service;
  vault: Vault;
  log: Log;
}

/** What came of one batch. */
export interface Batch {
  resealed: number;
  /** Values that do not open, or whose key is not here. The log names them. */
  failed: number;
  /** How many were still locked by other keys, when the batch began. */
  total: number;
  /** The last of them; undefined after the last batch. */
  last: string | undefined;
}

const BATCH = 50;
const Stale = z.object({ total: z.int(), secrets: z.array(StoredRow) });

/** Locks a value anew by the current key. False where somebody else was faster. */
export async function reseal({ service, vault }: Resealing, stale: StoredSecret): Promise<boolean> {
  const { kid, sealed } = await vault.seal(stale.binding, await vault.open(stale));
  const { id, version } = stale.binding;
  const args = { secret_id: id, version, old_kid: stale.kid, kid, sealed };
  return z.boolean().parse(rows(await service("reseal_secret", args)));
}

/** Locks a batch of everybody's values anew by the current key: those after `after`, by their ids. */
export async function resealBatch(resealing: Resealing, after?: string): Promise<Batch> {
  const { service, vault: { kid }, log } = resealing;
  if (kid === undefined) throw new Fault("secrets_unavailable");
  const asked = { kid, max: BATCH, ...(after !== undefined && { after }) };
  const { total, secrets } = Stale.parse(rows(await service("list_stale_secrets", asked)));
  const batch: Batch = { resealed: 0, failed: 0, total, last: undefined };
  for (const secret of secrets) {
    try {
      if (await reseal(resealing, secret)) batch.resealed++;
    } catch (err) {
      batch.failed++;
      log("error", "secret_not_resealed", { secret_id: secret.binding.id, cause: describe(err) });
    }
  }
  return { ...batch, last: secrets.length < BATCH ? undefined : secrets.at(-1)?.binding.id };
}

/** Goes on after a batch until there is no other. It never rejects: it runs in the background. */
export async function resealRest(resealing: Resealing, after: string | undefined): Promise<void> {
  try {
    for (let last = after; last !== undefined;) {
      last = (await resealBatch(resealing, last)).last;
    }
  } catch (err) {
    resealing.log("error", "resealing_stopped", { cause: describe(err) });
  }
}
