import assert from "@std/assert";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createAuthenticate } from "../../../supabase/functions/_shared/auth.ts";
import { Fault } from "../../../supabase/functions/_shared/fault.ts";

const URL = "http://project.test";
const USER = "0b5b8f1c-5a57-4c0c-9a3e-0d8d3b9d6f11";
const keys = await generateKeyPair("ES256", { extractable: true });
const jwk = { ...(await exportJWK(keys.publicKey)), kid: "k1", alg: "ES256", use: "sig" };
const env = { supabaseUrl: URL, jwtIssuer: `${URL}/auth/v1`, jwks: undefined };

/** An authenticator over a project with one key, and how often that key set was fetched. */
function rig(known?: { keys: Record<string, unknown>[] }) {
  let fetched = 0;
  const authenticate = createAuthenticate({ ...env, jwks: known }, () => {
    fetched++;
    return Promise.resolve(Response.json({ keys: [jwk] }));
  });
  return { authenticate, fetched: () => fetched };
}

interface Draft {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  expires?: string;
  header?: { alg: string; kid?: string };
  key?: CryptoKey | Uint8Array;
}

function token(draft: Draft = {}): Promise<string> {
  return new SignJWT({ sub: USER, role: "authenticated", ...draft.claims })
    .setProtectedHeader(draft.header ?? { alg: "ES256", kid: "k1" })
    .setIssuer(draft.issuer ?? env.jwtIssuer)
    .setAudience(draft.audience ?? "authenticated")
    .setExpirationTime(draft.expires ?? "5m")
    .sign(draft.key ?? keys.privateKey);
}

async function refused(header: string | undefined, code: string, detail?: RegExp): Promise<void> {
  await assert.rejects(rig().authenticate(header), (err) => {
    assert.ok(err instanceof Fault, String(err));
    assert.equal(err.code, code);
    if (detail) assert.match(err.detail ?? "", detail);
    return true;
  });
}

Deno.test("authenticate() takes the project's own user and keeps the token", async () => {
  const good = await token();
  const caller = await rig().authenticate(`Bearer ${good}`);
  assert.deepEqual(caller, { userId: USER, token: good });
});

Deno.test("authenticate() needs no request when the key set came with the isolate", async () => {
  const { authenticate, fetched } = rig({ keys: [jwk] });
  await authenticate(`Bearer ${await token()}`);
  assert.equal(fetched(), 0);
});

Deno.test("authenticate() says that credentials are missing", async () => {
  await refused(undefined, "unauthenticated");
  await refused("", "unauthenticated");
});

Deno.test("authenticate() refuses what is not a bearer token", async () => {
  await refused("Basic dXNlcjpwYXNz", "token_invalid");
  await refused("Bearer a b", "token_invalid");
  await refused("Bearer not-a-jwt", "token_invalid", /malformed/);
  await refused(`Bearer ${"a".repeat(9_000)}`, "token_invalid");
  await refused("Bearer sb_publishable_x", "token_invalid", /apikey/);
  await refused("Bearer sb_secret_x", "token_invalid", /apikey/);
});

Deno.test("authenticate() refuses an expired token", async () => {
  await refused(`Bearer ${await token({ expires: "-1m" })}`, "token_expired");
});

Deno.test("authenticate() refuses a foreign signature, even under our key's id", async () => {
  const foreign = await generateKeyPair("ES256");
  await refused(`Bearer ${await token({ key: foreign.privateKey })}`, "token_invalid", /signed/);
  const other = await token({ header: { alg: "ES256", kid: "k2" } });
  await refused(`Bearer ${other}`, "token_invalid", /signed/);
});

Deno.test("authenticate() refuses alg none, and HS256 keyed with the public key", async () => {
  const [, payload] = (await token()).split(".");
  const none = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${payload}.`;
  await refused(`Bearer ${none}`, "token_invalid");
  const secret = new TextEncoder().encode(JSON.stringify(jwk));
  const confused = await token({ header: { alg: "HS256", kid: "k1" }, key: secret });
  await refused(`Bearer ${confused}`, "token_invalid", /algorithm/);
});

Deno.test("authenticate() refuses another issuer or audience", async () => {
  await refused(`Bearer ${await token({ issuer: "http://evil.test" })}`, "token_invalid", /iss/);
  await refused(`Bearer ${await token({ audience: "other" })}`, "token_invalid", /aud/);
});

Deno.test("authenticate() refuses a well-signed token that is not a signed-in user's", async () => {
  for (const claims of [{ role: "service_role" }, { role: "anon" }, { sub: "admin" }]) {
    await refused(`Bearer ${await token({ claims })}`, "token_invalid", /signed-in/);
  }
  await refused(`Bearer ${await token({ claims: { is_anonymous: true } })}`, "forbidden");
});

Deno.test("authenticate() lets nobody in while the key set cannot be had", async () => {
  const down = createAuthenticate(env, () => Promise.reject(new TypeError("connection refused")));
  await assert.rejects(down(`Bearer ${await token()}`), { code: "internal" });
});
