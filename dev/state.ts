import { Buffer } from "node:buffer";
import { hkdfSync, randomBytes } from "node:crypto";
import { join } from "node:path";
import * as jose from "jose";
import * as z from "zod";
import { StackError } from "./error.ts";

const SigningKey = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  alg: z.literal("ES256"),
  kid: z.string(),
});
/** The private half of the key that user tokens are signed with, as a JWK. */
export type SigningKey = z.infer<typeof SigningKey>;

const State = z.object({
  publishableKey: z.string().startsWith("sb_publishable_"),
  secretKey: z.string().startsWith("sb_secret_"),
  signingKey: SigningKey,
  /** Signs the tokens that never leave the process. */
  innerSecret: z.string(),
  adminPassword: z.string(),
  password: z.string(),
  redisToken: z.string(),
});
/** The secrets of a stack, made once and kept, so that clients survive a restart. */
export type State = z.infer<typeof State>;

/** Reads the secrets in a state folder, or makes them when there are none yet. */
export async function openState(dir: string): Promise<State> {
  const path = join(dir, "state.json");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text !== undefined) return readState(path, text);
  const state = await newState();
  const draft = `${path}.${Deno.pid}`;
  await Deno.writeTextFile(draft, JSON.stringify(state, null, 2), { mode: 0o600 });
  await Deno.rename(draft, path);
  return state;
}

function readState(path: string, text: string): State {
  try {
    return State.parse(JSON.parse(text));
  } catch (cause) {
    throw new StackError(`${path} cannot be read. \`deno task reset\` starts over.`, { cause });
  }
}

async function newState(): Promise<State> {
  const { privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = await jose.exportJWK(privateKey);
  const kid = await jose.calculateJwkThumbprint(jwk);
  return {
    publishableKey: `sb_publishable_${random(24)}`,
    secretKey: `sb_secret_${random(24)}`,
    signingKey: SigningKey.parse({ ...jwk, alg: "ES256", kid }),
    innerSecret: random(48),
    adminPassword: random(24),
    password: random(24),
    redisToken: random(24),
  };
}

/** What locks users' secrets, in base64: the same for as long as the state is kept. */
export function masterKeyOf({ innerSecret }: State): string {
  return Buffer.from(hkdfSync("sha256", innerSecret, "", "cloister/secrets", 32)).toString(
    "base64",
  );
}

/** What the clock calls the functions with: the same for as long as the state is kept. */
export function cronKeyOf({ innerSecret }: State): string {
  const bytes = Buffer.from(hkdfSync("sha256", innerSecret, "", "cloister/cron", 24));
  return `sb_secret_${bytes.toString("base64url")}`;
}

/** 8 bits of entropy per byte, safe in URLs. */
function random(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
