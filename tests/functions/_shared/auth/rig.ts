import assert from "@std/assert";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import * as z from "zod";
import { createAuthenticate } from "../../../../supabase/functions/_shared/auth/authenticate.ts";
import type { KeyEnv } from "../../../../supabase/functions/_shared/auth/key.ts";
import { createSigner } from "../../../../supabase/functions/_shared/auth/signer.ts";
import type { SigningKey, TrustedIssuer } from "../../../../supabase/functions/_shared/env.ts";
import { Fault } from "../../../../supabase/functions/_shared/fault.ts";
import type { Service } from "../../../../supabase/functions/_shared/service.ts";

/** Where the project of the tests is. */
export const PROJECT = "http://project.test";
/** Who signs the sessions of its users. */
export const ISSUER = `${PROJECT}/auth/v1`;
/** The only user whom it knows. */
export const USER = "0b5b8f1c-5a57-4c0c-9a3e-0d8d3b9d6f11";
/** The request that they make. */
export const CONTEXT = { requestId: "r1", address: "192.0.2.1", userAgent: "test" };

/** The algorithms that the tests sign with. */
export type Algorithm = "ES256" | "RS256";

/** A key pair and its public half, as a key set has it. */
export interface Pair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
  jwk: JWK;
}

/** A new key pair under an id. */
export async function newPair(kid: string, alg: Algorithm = "ES256"): Promise<Pair> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig" } };
}

const Signing = z.object({
  alg: z.literal("ES256"),
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
});

/** The private half of a pair, as `CLOISTER_SIGNING_KEY` has it. */
export async function signingKey({ privateKey, jwk }: Pair): Promise<SigningKey> {
  return Signing.parse({ ...(await exportJWK(privateKey)), alg: "ES256", kid: jwk.kid });
}

/** Time that passes when a test says so. */
export function newClock(at = Date.UTC(2026, 0, 1)) {
  let now = at;
  return { now: () => now, pass: (seconds: number) => void (now += seconds * 1000) };
}
/** A clock that a test moves. */
export type Clock = ReturnType<typeof newClock>;

/** Answers the service functions that authentication calls, and counts the questions. */
export function fakeService(
  answers: Partial<Record<string, (args: Record<string, unknown>) => unknown>>,
) {
  const asked: { name: string; args: Record<string, unknown> }[] = [];
  const service: Service = async (name, args) => {
    asked.push({ name, args });
    await Promise.resolve();
    return { data: answers[name]?.(args) ?? null, error: null };
  };
  return { service: () => service, asked };
}

/** How a door for tests differs from that of a project with one key and nothing else. */
export interface Setting {
  clock?: Clock;
  keys?: Pair[];
  /** The key set as the functions found it in their environment. */
  known?: { keys: Record<string, unknown>[] };
  signing?: Pair;
  keyEnv?: KeyEnv;
  trusted?: TrustedIssuer[];
  fetcher?: typeof fetch;
  service?: () => Service;
  cooldownMs?: number;
}

/** The key pair that the project signs with. */
export const project = await newPair("k1");

/** The door of a project, and how often its key set was fetched. */
export async function door(setting: Setting = {}) {
  const { clock = { now: Date.now }, keys = [project], cooldownMs = 30_000 } = setting;
  let fetched = 0;
  const fetcher: typeof fetch = setting.fetcher ?? (() => {
    fetched++;
    return Promise.resolve(Response.json({ keys: keys.map(({ jwk }) => jwk) }));
  });
  const signer = setting.signing &&
    createSigner(await signingKey(setting.signing), { issuer: ISSUER, now: clock.now });
  const authenticate = createAuthenticate({
    supabaseUrl: PROJECT,
    jwtIssuer: ISSUER,
    jwks: setting.known,
    keyEnv: setting.keyEnv ?? "live",
    trustedIssuers: setting.trusted ?? [],
  }, {
    service: setting.service ?? fakeService({}).service,
    signer,
    fetcher,
    now: clock.now,
    cooldownMs,
  });
  return { authenticate, fetched: () => fetched };
}

/** What a token for tests holds where it is not the good one. */
export interface Draft {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  expires?: string | number;
  notBefore?: string | number;
  header?: { alg: string; kid?: string; crit?: string[] };
  key?: CryptoKey | Uint8Array;
}

/** A good token of the project's user, but for what the draft says. */
export function token(draft: Draft = {}): Promise<string> {
  const jwt = new SignJWT({ sub: USER, role: "authenticated", ...draft.claims })
    .setProtectedHeader(draft.header ?? { alg: "ES256", kid: "k1" })
    .setIssuer(draft.issuer ?? ISSUER)
    .setAudience(draft.audience ?? "authenticated")
    .setExpirationTime(draft.expires ?? "5m");
  if (draft.notBefore !== undefined) jwt.setNotBefore(draft.notBefore);
  return jwt.sign(draft.key ?? project.privateKey);
}

/** Asserts that something was refused with a code, and perhaps with words. */
export async function refusedWith(
  work: Promise<unknown>,
  code: string,
  detail?: RegExp,
): Promise<void> {
  await assert.rejects(work, (err) => {
    assert.ok(err instanceof Fault, String(err));
    assert.equal(err.code, code, err.detail);
    if (detail) assert.match(err.detail ?? "", detail);
    return true;
  });
}
