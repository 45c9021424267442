import { keepAlive } from "../background.ts";
import { rows } from "../db.ts";
import { describe } from "../log.ts";
import { openSecret, type SecretKeeper, type SecretRequest } from "./keeper.ts";
import { reseal, type Resealing } from "./reseal.ts";
import { StoredRow, type StoredSecret } from "./stored.ts";

/**
 * The keeper over our own database. A value that is locked by an older key is locked anew on the
 * way, in the background.
 */
export function createSecretKeeper(resealing: Resealing): SecretKeeper {
  const { service, vault } = resealing;
  return {
    async reveal(wanted, signal) {
      const { userId: user_id, agentId, name } = wanted;
      const asked = { user_id, name, ...(agentId !== null && { agent_id: agentId }) };
      const reply = await service("reveal_secret", asked, signal);
      const stored = StoredRow.nullable().parse(rows(reply));
      if (stored === null || !isMeant(stored, wanted)) return undefined;
      const value = await vault.open(stored);
      if (![undefined, stored.kid].includes(vault.kid)) keepAlive(freshen(resealing, stored));
      return openSecret(value, stored.binding.hosts);
    },
  };
}

/** What the database has just said, asked again of what the value is bound to. */
function isMeant({ binding }: StoredSecret, { userId, agentId, name }: SecretRequest): boolean {
  return binding.ownerId === userId && binding.name === name &&
    (binding.agentId ?? agentId) === agentId &&
    (binding.expiresAt === null || Date.now() < Date.parse(binding.expiresAt));
}

async function freshen(resealing: Resealing, stale: StoredSecret): Promise<void> {
  await reseal(resealing, stale).catch((err) => {
    const fields = { secret_id: stale.binding.id, cause: describe(err) };
    resealing.log("error", "secret_not_resealed", fields);
  });
}
