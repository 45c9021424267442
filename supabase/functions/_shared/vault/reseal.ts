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

/** Which batch is wanted. */
export interface Turn {
  /** Those that did not open when they had their turn, in place of those that have not had one. */
  unopened: boolean;
  /** After this one, by their ids. */
  after?: string;
}

/** What came of one batch. */
export interface Batch {
  resealed: number;
  /** Of all: values that do not open, or whose key is not here. The log names those of this batch. */
  failed: number;
  /** Of all: how many are still locked by other keys, after the batch. */
  remaining: number;
  /** How many it was about. */
  size: number;
  /** What is next; undefined after the last batch. */
  next: Turn | undefined;
}

const BATCH = 50;
const Stale = z.object({ total: z.int(), unopened: z.int(), secrets: z.array(StoredRow) });

/** Locks a value anew by the current key. False where somebody else was faster. */
export async function reseal(resealing: Resealing, stale: StoredSecret): Promise<boolean> {
  return await relock(resealing, stale, await resealing.vault.open(stale));
}

async function relock({ service, vault }: Resealing, stale: StoredSecret, value: string) {
  const { kid, sealed } = await vault.seal(stale.binding, value);
  const { id, version } = stale.binding;
  const args = { secret_id: id, version, old_kid: stale.kid, kid, sealed };
  return z.boolean().parse(rows(await service("reseal_secret", args)));
}

/** Opens a value, or notes that it does not open, so that it has its turn after all others. */
async function openOrMark({ service, vault }: Resealing, stale: StoredSecret): Promise<string> {
  try {
    return await vault.open(stale);
  } catch (err) {
    const { kid, binding: { id, version } } = stale;
    rows(await service("mark_unopened", { secret_id: id, version, kid }));
    throw err;
  }
}

/** Locks a batch of everybody's values anew by the current key. What fails holds up no other. */
export async function resealBatch(resealing: Resealing, turn: Turn): Promise<Batch> {
  const { service, vault: { kid }, log } = resealing;
  if (kid === undefined) throw new Fault("secrets_unavailable");
  const reply = await service("list_stale_secrets", { kid, max: BATCH, ...turn });
  const { total, unopened, secrets } = Stale.parse(rows(reply));
  let [resealed, failed] = [0, 0];
  for (const secret of secrets) {
    try {
      if (await relock(resealing, secret, await openOrMark(resealing, secret))) resealed++;
    } catch (err) {
      failed++;
      log("error", "secret_not_resealed", { secret_id: secret.binding.id, cause: describe(err) });
    }
  }
  const after = secrets.length < BATCH ? undefined : secrets.at(-1)?.binding.id;
  return {
    resealed,
    failed: turn.unopened ? unopened - resealed : unopened + failed,
    remaining: total - resealed,
    size: secrets.length,
    next: after === undefined ? undefined : { ...turn, after },
  };
}

/** Goes on with a batch until there is no other. It never rejects: it runs in the background. */
export async function resealRest(resealing: Resealing, turn: Turn): Promise<void> {
  try {
    for (let next: Turn | undefined = turn; next !== undefined;) {
      next = (await resealBatch(resealing, next)).next;
    }
  } catch (err) {
    resealing.log("error", "resealing_stopped", { cause: describe(err) });
  }
}
