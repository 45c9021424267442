import { createRemoteJWKSet, customFetch, errors, jwksCache, jwtVerify } from "jose";
import * as z from "zod";
import type { Env } from "./env.ts";
import { Fault } from "./fault.ts";

/** Who is calling, as far as a verified token says. */
export interface Caller {
  /** The Supabase user: the `sub` of the token, and what `auth.uid()` says in Postgres. */
  userId: string;
  /** The token itself, to be handed to Postgres and to nobody else. */
  token: string;
}

/** Turns an `Authorization` header into a caller, or throws a 401 fault. */
export type Authenticate = (header: string | undefined) => Promise<Caller>;

/** Supabase signs with ES256 or RS256. HS256 is left out: its key would be a shared secret. */
const ALGORITHMS = ["ES256", "RS256"];
const CLOCK_TOLERANCE_S = 5;
const MAX_TOKEN_CHARS = 8_192;

const MALFORMED = [
  errors.JWSInvalid,
  errors.JWTInvalid,
  errors.JOSENotSupported,
];

const Claims = z.object({
  sub: z.uuid(),
  role: z.literal("authenticated"),
  is_anonymous: z.boolean().default(false),
});

/**
 * An authenticator for the project's own users: signature by the project's key set, algorithm
 * list, issuer, audience, expiry and `role`. A credential that is present but wrong is refused,
 * never treated as absent.
 */
export function createAuthenticate(
  env: Pick<Env, "supabaseUrl" | "jwtIssuer" | "jwks">,
  fetcher: typeof fetch = fetch,
): Authenticate {
  const url = new URL("auth/v1/.well-known/jwks.json", `${env.supabaseUrl}/`);
  // The set that came with the isolate saves a cold start one round trip; it ages like a fetched one.
  const known = env.jwks && { jwks: env.jwks, uat: Date.now() };
  const keys = createRemoteJWKSet(url, {
    [customFetch]: fetcher,
    ...(known && { [jwksCache]: known }),
  });
  const options = {
    algorithms: ALGORITHMS,
    issuer: env.jwtIssuer,
    audience: "authenticated",
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ["exp", "sub", "role"],
  };
  return async (header) => {
    const token = bearer(header);
    try {
      const { payload } = await jwtVerify(token, keys, options);
      return { userId: userOf(payload), token };
    } catch (err) {
      throw refusal(err);
    }
  };
}

function bearer(header: string | undefined): string {
  if (header === undefined || header === "") {
    throw new Fault("unauthenticated", "Send `Authorization: Bearer <access token>`.");
  }
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token === undefined || token.length > MAX_TOKEN_CHARS) {
    throw new Fault("token_invalid", "The Authorization header is not `Bearer <access token>`.");
  }
  if (token.startsWith("sb_")) {
    throw new Fault("token_invalid", "A Supabase API key belongs into the `apikey` header.");
  }
  return token;
}

function userOf(payload: unknown): string {
  const claims = Claims.safeParse(payload);
  if (!claims.success) {
    throw new Fault("token_invalid", "The token does not stand for a signed-in user.");
  }
  if (claims.data.is_anonymous) {
    throw new Fault("forbidden", "Anonymous sign-ins cannot use agents.");
  }
  return claims.data.sub;
}

function refusal(err: unknown): Fault {
  if (err instanceof Fault) return err;
  if (err instanceof errors.JWTExpired) {
    return new Fault("token_expired", "Refresh the session and try again.", { cause: err });
  }
  if (err instanceof errors.JWTClaimValidationFailed) {
    const detail = `The token's \`${err.claim}\` claim is not accepted.`;
    return new Fault("token_invalid", detail, { cause: err });
  }
  if (err instanceof errors.JOSEAlgNotAllowed) {
    return new Fault("token_invalid", "The token's algorithm is not accepted.", { cause: err });
  }
  if (
    err instanceof errors.JWSSignatureVerificationFailed ||
    err instanceof errors.JWKSNoMatchingKey
  ) {
    return new Fault("token_invalid", "The token is not signed by this project.", { cause: err });
  }
  if (MALFORMED.some((kind) => err instanceof kind)) {
    return new Fault("token_invalid", "The token is malformed.", { cause: err });
  }
  // What is left is an unreachable or broken key set: our trouble, and nobody gets in meanwhile.
  return new Fault("internal", undefined, { cause: err });
}
