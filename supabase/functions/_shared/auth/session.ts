import { createRemoteJWKSet, customFetch, jwksCache, jwtVerify } from "jose";
import * as z from "zod";
import type { Env } from "../env.ts";
import { Fault } from "../fault.ts";
import type { Caller } from "./caller.ts";
import { refusalOf } from "./refusal.ts";

/** What verifying tokens needs from outside, and tests replace. */
export interface VerifyDeps {
  fetcher?: typeof fetch;
  /** Milliseconds since 1970. */
  now?(): number;
  /** How long an unknown `kid` makes nobody fetch a key set again. Default 30 s. */
  cooldownMs?: number;
}

/** Seconds that our clock and an issuer's may be apart. */
export const CLOCK_TOLERANCE_S = 5;

/** Supabase signs with ES256 or RS256. HS256 is left out: its key would be a shared secret. */
const ALGORITHMS = ["ES256", "RS256"];

const Claims = z.object({
  sub: z.uuid(),
  role: z.literal("authenticated"),
  is_anonymous: z.boolean().default(false),
  session_id: z.string().max(100).optional(),
  aal: z.string().max(100).optional(),
  // The program that the user let in, where Auth's OAuth server issued the token.
  client_id: z.string().max(200).optional(),
  // What the functions mint is for Postgres: it opens no door of theirs.
  cloister_key: z.undefined().optional(),
  cloister_issuer: z.undefined().optional(),
});

/**
 * Verifies the tokens of the project's own users: signature by the project's key set, algorithm
 * list, issuer, audience, expiry and `role`.
 */
export function createSessions(
  env: Pick<Env, "supabaseUrl" | "jwtIssuer" | "jwks">,
  { fetcher = fetch, now = Date.now, cooldownMs = 30_000 }: VerifyDeps = {},
): (token: string) => Promise<Caller> {
  const url = new URL("auth/v1/.well-known/jwks.json", `${env.supabaseUrl}/`);
  // The set that came with the isolate saves a cold start one round trip; it ages like a fetched one.
  const known = env.jwks && { jwks: env.jwks, uat: Date.now() };
  const keys = createRemoteJWKSet(url, {
    [customFetch]: fetcher,
    cooldownDuration: cooldownMs,
    ...(known && { [jwksCache]: known }),
  });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer: env.jwtIssuer,
        audience: "authenticated",
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now()),
        requiredClaims: ["exp", "sub", "role"],
      });
      return callerOf(payload, token);
    } catch (err) {
      throw refusalOf(err);
    }
  };
}

function callerOf(payload: unknown, token: string): Caller {
  const claims = Claims.safeParse(payload);
  if (!claims.success) {
    throw new Fault("token_invalid", "The token does not stand for a signed-in user.");
  }
  const { sub: userId, is_anonymous, session_id = "", aal = "", client_id } = claims.data;
  if (is_anonymous) throw new Fault("forbidden", "Anonymous sign-ins cannot use agents.");
  return {
    userId,
    keyId: undefined,
    via: "session",
    ...(client_id !== undefined && { client: client_id }),
    identity: JSON.stringify(["session", userId, session_id, aal, client_id ?? ""]),
    token: () => Promise.resolve(token),
  };
}
