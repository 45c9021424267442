import * as jose from "jose";
import * as z from "zod";
import type { SigningKey } from "../state.ts";

const REMEMBERED = 256;

const Session = z.looseObject({
  access_token: z.string(),
  user: z.looseObject({
    email: z.string().nullish(),
    phone: z.string().nullish(),
    app_metadata: z.record(z.string(), z.unknown()).nullish(),
    user_metadata: z.record(z.string(), z.unknown()).nullish(),
    is_anonymous: z.boolean().nullish(),
  }),
});
/** What Auth answers to a sign-in. */
export type Session = z.infer<typeof Session>;

/** Tokens as the world sees them, ES256 with hosted projects' claims, and as lite wants them, HS256. */
export interface Tokens {
  /** The public keys, as served at `/auth/v1/.well-known/jwks.json`. */
  readonly jwks: { keys: jose.JWK[] };
  /** The claims of a token of ours that has not expired. Throws jose's errors. */
  verify(token: string): Promise<jose.JWTPayload>;
  /** The same claims in a token that lite accepts. */
  inward(claims: jose.JWTPayload): Promise<string>;
  /** The session with a token for the world in place of lite's. */
  outward(session: Session, method: string): Promise<Session>;
}

/** Whether a body that Auth answered carries a token. */
export function isSession(body: unknown): body is Session {
  return Session.safeParse(body).success;
}

/** Tokens of the issuer `${url}/auth/v1`. */
export async function createTokens(url: string, key: SigningKey, secret: string): Promise<Tokens> {
  const { d: _, ...publicKey } = key;
  const issuer = `${url}/auth/v1`;
  const inner = new TextEncoder().encode(secret);
  const [privateKey, verifyKey] = await Promise.all([
    jose.importJWK(key),
    jose.importJWK(publicKey),
  ]);
  return {
    jwks: { keys: [{ ...publicKey, use: "sig", key_ops: ["verify"] }] },
    verify: remembering(async (token) => {
      const { payload } = await jose.jwtVerify(token, verifyKey, {
        issuer,
        algorithms: ["ES256"],
        requiredClaims: ["exp"],
      });
      return payload;
    }),
    inward: (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(inner),
    async outward(session, method) {
      const { user } = session;
      const claims = jose.decodeJwt(session.access_token);
      const token = await new jose.SignJWT({
        ...claims,
        iss: issuer,
        aud: "authenticated",
        email: user.email ?? "",
        phone: user.phone ?? "",
        app_metadata: user.app_metadata ?? {},
        user_metadata: user.user_metadata ?? {},
        aal: "aal1",
        amr: [{ method, timestamp: claims.iat }],
        is_anonymous: user.is_anonymous ?? false,
      }).setProtectedHeader({ alg: "ES256", typ: "JWT", kid: key.kid }).sign(privateKey);
      return { ...session, access_token: token };
    },
  };
}

/** Checks a signature once: a token that was good stays good until it expires. */
function remembering(verify: Tokens["verify"]): Tokens["verify"] {
  const good = new Map<string, jose.JWTPayload>();
  return async (token) => {
    const known = good.get(token);
    if (known !== undefined && Number(known.exp) * 1000 > Date.now()) return known;
    const payload = await verify(token);
    if (good.size >= REMEMBERED) good.clear();
    good.set(token, payload);
    return payload;
  };
}
