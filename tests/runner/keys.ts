import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { type Claim, DEFAULT_LIMITS } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";

/** The audience of every runner under test. */
export const AUDIENCE = "test-runner";

const pair = await generateKeyPair("EdDSA", { extractable: true });

/** The key that test runners trust, as a JWK. */
export const publicJwk: JWK = { ...await exportJWK(pair.publicKey), kid: "k1", alg: "EdDSA" };

/** What a test wants to differ from a good token. */
export interface Draft {
  run?: string;
  tenant?: string;
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  expires?: string | number;
  header?: { alg: string; kid?: string };
  key?: CryptoKey | Uint8Array;
}

/** A run token, good unless the draft says otherwise. */
export async function signRun(draft: Draft = {}): Promise<string> {
  const { run = crypto.randomUUID(), tenant = "tenant" } = draft;
  return await new SignJWT({ limits: toWire(DEFAULT_LIMITS), ...draft.claims })
    .setProtectedHeader(draft.header ?? { alg: "EdDSA", kid: "k1" })
    .setIssuer(draft.issuer ?? "cloister")
    .setAudience(draft.audience ?? AUDIENCE)
    .setJti(run)
    .setSubject(tenant)
    .setExpirationTime(draft.expires ?? "30s")
    .sign(draft.key ?? pair.privateKey);
}

/** Signs for claims, as the function that starts runs does. */
export async function authorize({ run, tenant, limits }: Claim): Promise<string> {
  return await signRun({ run, tenant, claims: { limits: toWire(limits) } });
}
