import { createRemoteJWKSet, customFetch, jwtVerify } from "jose";
import * as z from "zod";
import type { TrustedIssuer } from "../env.ts";
import { Fault } from "../fault.ts";
import { refusalOf } from "./refusal.ts";
import { CLOCK_TOLERANCE_S, type VerifyDeps } from "./session.ts";

/** Somebody whom a trusted issuer vouches for. */
export interface Vouched {
  issuer: string;
  /** Under which provider Supabase knows the identity; undefined where `value` is the user's id. */
  provider: string | undefined;
  /** What the issuer calls them, in the configured claim. */
  value: string;
  /** When the issuer's word ends: milliseconds since 1970. */
  expiresAt: number;
}

/** Never one whose key could be shared: a public key would then be a secret. */
const ALGORITHMS = [
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
];

const Value = z.string().min(1).max(255);

/**
 * Verifiers of other issuers' tokens, by issuer. Each has its own key set, so that no issuer can
 * vouch in the name of another; a new `kid` is looked for at most every 30 s.
 */
export function createIssuers(
  trusted: readonly TrustedIssuer[],
  deps: VerifyDeps = {},
): ReadonlyMap<string, (token: string) => Promise<Vouched>> {
  return new Map(trusted.map((issuer) => [issuer.issuer, createIssuer(issuer, deps)]));
}

function createIssuer(
  { issuer, jwks, audience, userClaim, provider }: TrustedIssuer,
  { fetcher = fetch, now = Date.now, cooldownMs = 30_000 }: VerifyDeps,
): (token: string) => Promise<Vouched> {
  const keys = createRemoteJWKSet(new URL(jwks), {
    [customFetch]: fetcher,
    cooldownDuration: cooldownMs,
  });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now()),
        requiredClaims: ["exp", userClaim],
      });
      const value = Value.safeParse(payload[userClaim]);
      if (!value.success) {
        throw new Fault("token_invalid", `The token's \`${userClaim}\` claim names nobody.`);
      }
      return { issuer, provider, value: value.data, expiresAt: Number(payload.exp) * 1000 };
    } catch (err) {
      throw refusalOf(err);
    }
  };
}
