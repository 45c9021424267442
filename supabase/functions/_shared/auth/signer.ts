import { CompactSign, importJWK, SignJWT } from "jose";
import type { SigningKey } from "../env.ts";

/** Whom a token speaks for, beside the user: an API key, or a user of another issuer. */
export type Stamp = { cloister_key: string } | { cloister_issuer: string };

/** A token of our own making, for Postgres alone. */
export interface Minted {
  token: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Signs with the project's key, so that everything that trusts the project trusts it. */
export interface Signer {
  /** A token for 60 s, or until `expiresAt` (milliseconds since 1970) where that is sooner. */
  mint(userId: string, stamp: Stamp, expiresAt?: number): Promise<Minted>;
  /**
   * A JSON value as a compact JWS. It stands below one claim that no verifier of tokens knows, so
   * that nothing in it can be taken for who a bearer is.
   */
  seal(purpose: "evidence" | "checkpoint", value: unknown): Promise<string>;
  /** The id of the key that signs. */
  readonly kid: string;
}

const LIFE_MS = 60_000;

/** A signer with one of the project's own ES256 keys. */
export function createSigner(
  key: SigningKey,
  { issuer, now = Date.now }: { issuer: string; now?(): number },
): Signer {
  let imported: ReturnType<typeof importJWK> | undefined;
  const secret = () => imported ??= importJWK(key);
  return {
    kid: key.kid,
    async mint(userId, stamp, expiresAt = Infinity) {
      const issuedAtS = Math.floor(now() / 1000);
      const expiresAtS = Math.floor(Math.min(issuedAtS * 1000 + LIFE_MS, expiresAt) / 1000);
      const token = await new SignJWT({ role: "authenticated", ...stamp })
        .setProtectedHeader({ alg: key.alg, typ: "JWT", kid: key.kid })
        .setIssuer(issuer)
        .setAudience("authenticated")
        .setSubject(userId)
        .setIssuedAt(issuedAtS)
        .setExpirationTime(expiresAtS)
        .sign(await secret());
      return { token, expiresAt: expiresAtS * 1000 };
    },
    async seal(purpose, value) {
      const payload = new TextEncoder().encode(JSON.stringify({ [`cloister_${purpose}`]: value }));
      const header = { alg: key.alg, typ: `cloister-${purpose}`, kid: key.kid };
      return await new CompactSign(payload).setProtectedHeader(header).sign(await secret());
    },
  };
}
