import * as z from "zod";
import { createCache } from "../cache.ts";
import type { RequestContext } from "../context.ts";
import { rows } from "../db.ts";
import { Fault, type FaultCode } from "../fault.ts";
import type { Service } from "../service.ts";
import type { Caller } from "./caller.ts";
import type { Vouched } from "./issuers.ts";
import { type KeyEnv, parseKey, sha256Hex } from "./key.ts";
import type { Minted, Signer } from "./signer.ts";

/** What exchanging needs from outside. */
export interface ExchangeDeps {
  signer: Signer;
  service(context?: RequestContext): Service;
  keyEnv: KeyEnv;
  /** Milliseconds since 1970. */
  now?(): number;
}

/** Exchanges what a caller brings for tokens that Postgres accepts. */
export interface Exchange {
  /** By an API key. Throws `key_invalid`, `key_expired`, `key_revoked` or `key_quarantined`. */
  key(text: string, context: RequestContext): Promise<Caller>;
  /** By a token of a trusted issuer, which `verify` verifies where its answer is not known yet. */
  issuer(
    token: string,
    verify: (token: string) => Promise<Vouched>,
    context: RequestContext,
  ): Promise<Caller>;
}

/** A token, and whom it stands for. */
interface Grant extends Minted {
  userId: string;
  keyId: string | undefined;
}

const REMEMBERED = 1_000;
/** What a token that is handed out lives at least, in milliseconds. */
const MIN_LEFT_MS = 20_000;

const KnownKey = z.object({
  id: z.uuid(),
  owner_id: z.uuid(),
  state: z.enum(["live", "expired", "revoked", "quarantined"]),
  expires_at: z.iso.datetime({ offset: true }).nullish(),
}).nullable();

const REFUSALS: Record<"expired" | "revoked" | "quarantined", FaultCode> = {
  expired: "key_expired",
  revoked: "key_revoked",
  quarantined: "key_quarantined",
};

/**
 * An exchange that remembers tokens for as long as they are good for 20 s more, so that a key costs
 * the database one question in 40 s, and what is revoked is refused here within that time. It keeps
 * hashes of credentials and never a credential.
 */
export function createExchange(
  { signer, service, keyEnv, now = Date.now }: ExchangeDeps,
): Exchange {
  const cache = createCache<Grant>({
    capacity: REMEMBERED,
    staleAt: ({ expiresAt }) => expiresAt - MIN_LEFT_MS,
    now,
  });
  const enter = async (
    via: "key" | "issuer",
    slot: string,
    make: () => Promise<Grant>,
  ): Promise<Caller> => {
    const { userId, keyId } = await cache.get(slot, make);
    return {
      userId,
      keyId,
      via,
      identity: JSON.stringify([via, userId, keyId ?? ""]),
      token: async () => (await cache.get(slot, make)).token,
    };
  };
  return {
    async key(text, context) {
      const parts = parseKey(text, keyEnv);
      if (parts === undefined) throw invalidKey();
      const secretHash = await sha256Hex(parts.secret);
      const credentials = { public_id: parts.publicId, secret_hash: secretHash };
      return await enter("key", `key ${await sha256Hex(text)}`, async () => {
        const known = KnownKey.parse(
          rows(await service(context)("authenticate_key", credentials)),
        );
        return await grantKey(known, signer);
      });
    },
    async issuer(token, verify, context) {
      return await enter("issuer", `issuer ${await sha256Hex(token)}`, async () => {
        const { issuer, provider, value, expiresAt } = await verify(token);
        const identity = { value, ...(provider !== undefined && { issuer_provider: provider }) };
        const userId = z.uuid().nullable().parse(
          rows(await service(context)("find_identity_user", identity)),
        );
        if (userId === null) {
          throw new Fault("token_invalid", "The token's issuer names nobody who is known here.");
        }
        const minted = await signer.mint(userId, { cloister_issuer: issuer }, expiresAt);
        return { ...minted, userId, keyId: undefined };
      });
    },
  };
}

async function grantKey(known: z.infer<typeof KnownKey>, signer: Signer): Promise<Grant> {
  if (known === null) throw invalidKey();
  const { id, owner_id, state, expires_at } = known;
  if (state !== "live") throw new Fault(REFUSALS[state]);
  const until = expires_at ? Date.parse(expires_at) : undefined;
  const minted = await signer.mint(owner_id, { cloister_key: id }, until);
  return { ...minted, userId: owner_id, keyId: id };
}

/** The same for what is malformed, of another deployment, unknown, or wrong. */
function invalidKey(): Fault {
  return new Fault("key_invalid", "Check that the key is complete, and of this deployment.");
}
