import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import * as z from "zod";
import type { Claim } from "../supabase/functions/_shared/sandbox/engine.ts";
import { fromWire, WireLimits } from "../supabase/functions/_shared/sandbox/remote/wire.ts";
import { Problem } from "./problem.ts";

/** The one issuer of run tokens: the function that starts runs. */
export const ISSUER = "cloister";
/** A run token lives at most so long from now, whatever it says of when it was issued. */
export const MAX_LIFETIME_S = 60;

/** What a run token stands for. */
export interface Pass extends Claim {
  /** When the token can no longer be used, in milliseconds since 1970. */
  expiresMs: number;
}

/** Turns an `Authorization` header into a pass, or throws a 401 {@link Problem}. */
export type Verify = (header: string | null) => Promise<Pass>;

/** Asymmetric ones alone: a runner that could sign tokens would be worth stealing from. */
const ALGORITHMS = ["EdDSA", "ES256"];
const CLOCK_TOLERANCE_S = 5;
const MAX_TOKEN_CHARS = 4_096;

const Claims = z.object({
  jti: z.string().regex(/^[\w.-]{1,64}$/),
  sub: z.string().min(1).max(128),
  exp: z.int(),
  limits: WireLimits,
});

/** A verifier by public keys: algorithm list, issuer, audience, expiry, lifetime, run and limits. */
export function createVerify(keys: JSONWebKeySet, audience: string): Verify {
  const keySet = createLocalJWKSet(keys);
  const options = {
    algorithms: ALGORITHMS,
    issuer: ISSUER,
    audience,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ["exp", "jti", "sub", "limits"],
  };
  return async (header) => {
    const token = bearer(header);
    try {
      const { payload } = await jwtVerify(token, keySet, options);
      return passOf(payload);
    } catch (err) {
      throw refusal(err);
    }
  };
}

function bearer(header: string | null): string {
  if (header === null || header === "") throw new Problem("unauthenticated");
  const token = /^Bearer ([\w.-]+)$/i.exec(header)?.[1];
  if (token !== undefined && token.length <= MAX_TOKEN_CHARS) return token;
  throw invalid("The Authorization header is not `Bearer <run token>`.");
}

function passOf(payload: unknown): Pass {
  const parsed = Claims.safeParse(payload);
  if (!parsed.success) {
    throw invalid(`The token's \`${String(parsed.error.issues[0]?.path[0])}\` is not accepted.`);
  }
  const { jti, sub, exp, limits } = parsed.data;
  if (exp > Date.now() / 1000 + MAX_LIFETIME_S + CLOCK_TOLERANCE_S) {
    throw invalid(`A run token may live ${MAX_LIFETIME_S} s.`);
  }
  const expiresMs = (exp + CLOCK_TOLERANCE_S) * 1000;
  return { run: jti, tenant: sub, limits: fromWire(limits), expiresMs };
}

function refusal(err: unknown): Problem {
  if (err instanceof Problem) return err;
  if (err instanceof errors.JWTExpired) return new Problem("token_expired", { cause: err });
  if (err instanceof errors.JWTClaimValidationFailed) {
    return invalid(`The token's \`${err.claim}\` is not accepted.`, err);
  }
  if (err instanceof errors.JOSEError) return invalid(undefined, err);
  return new Problem("internal", { cause: err });
}

function invalid(detail?: string, cause?: unknown): Problem {
  return new Problem("token_invalid", { ...(detail !== undefined && { detail }), cause });
}
