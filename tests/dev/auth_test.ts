import assert from "@std/assert";
import { createClient } from "@supabase/supabase-js";
import * as jose from "jose";
import { client, scratchStack, signedUp } from "./scratch.ts";

const WHO = `create function public.who() returns text language sql as $$ select current_user $$;`;
const scratch = await scratchStack({ "migrations/20260101000000_who.sql": WHO });
Deno.test.afterAll(async () => await scratch[Symbol.asyncDispose]());
const { stack } = scratch;
const admin = client(stack, stack.secretKey).auth.admin;

Deno.test("a token is ES256, verifies against the JWKS and has hosted projects' claims", async () => {
  const { id, token } = await signedUp(stack);
  const keys = jose.createRemoteJWKSet(new URL(`${stack.url}/auth/v1/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys, {
    algorithms: ["ES256"],
    issuer: `${stack.url}/auth/v1`,
    audience: "authenticated",
  });
  assert.equal(protectedHeader.kid, stack.signingKey.kid);
  const { sub, role, aal, is_anonymous, app_metadata, session_id, amr, email } = payload;
  assert.deepEqual({ sub, role, aal, is_anonymous }, {
    sub: id,
    role: "authenticated",
    aal: "aal1",
    is_anonymous: false,
  });
  assert.deepEqual(app_metadata, { provider: "email", providers: ["email"] });
  assert.ok(typeof session_id === "string" && Array.isArray(amr) && typeof email === "string");
});

Deno.test("the JWKS shows no private part of the key", async () => {
  const { keys } = await (await fetch(`${stack.url}/auth/v1/.well-known/jwks.json`)).json();
  assert.deepEqual(keys.map((key: object) => "d" in key), [false]);
});

Deno.test("signing in, getUser(), getClaims() and refreshing work, a wrong password does not", async () => {
  const { supabase, id } = await signedUp(stack);
  const { data: { user } } = await supabase.auth.getUser();
  assert.equal(user?.id, id);
  assert.equal((await supabase.auth.getClaims()).data?.claims.sub, id);
  const before = (await supabase.auth.getSession()).data.session?.refresh_token;
  const { data, error } = await supabase.auth.refreshSession();
  assert.equal(error, null);
  assert.notEqual(data.session?.refresh_token, before);
  assert.equal(jose.decodeProtectedHeader(data.session?.access_token ?? "").alg, "ES256");
  const email = user?.email ?? "";
  const good = await client(stack).auth.signInWithPassword({ email, password: "a fine password" });
  assert.equal(good.data.user?.id, id);
  const bad = await client(stack).auth.signInWithPassword({ email, password: "another" });
  assert.equal(bad.error?.code, "invalid_credentials");
});

Deno.test("signing out ends the session: its refresh token and getUser() are refused", async () => {
  const { supabase, token } = await signedUp(stack);
  const refresh = (await supabase.auth.getSession()).data.session?.refresh_token ?? "";
  assert.equal((await supabase.auth.signOut()).error, null);
  assert.ok((await client(stack).auth.refreshSession({ refresh_token: refresh })).error);
  assert.equal((await client(stack).auth.getUser(token)).data.user, null);
});

Deno.test("a token that we did not sign, or not for a role that may call, is refused", async () => {
  const { id } = await signedUp(stack);
  const { privateKey } = await jose.generateKeyPair("ES256");
  const own = await jose.importJWK(stack.signingKey);
  const claims = { sub: id, role: "authenticated" };
  const sign = (key: CryptoKey | Uint8Array, alg: string, change: jose.JWTPayload = {}) =>
    new jose.SignJWT({ ...claims, ...change }).setProtectedHeader({ alg })
      .setIssuer(`${stack.url}/auth/v1`).setAudience("authenticated").setExpirationTime("1h").sign(
        key,
      );
  const secret = new TextEncoder().encode("0".repeat(64));
  const none = new jose.UnsecuredJWT(claims).setExpirationTime("1h").encode();
  const refused = {
    foreign: [await sign(privateKey, "ES256"), 401],
    symmetric: [await sign(secret, "HS256"), 401],
    unsigned: [none, 401],
    superuser: [await sign(own, "ES256", { role: "supabase_admin" }), 403],
    garbage: ["x.y.z", 401],
  } as const;
  for (const [name, [token, status]] of Object.entries(refused)) {
    assert.equal((await who({ authorization: `Bearer ${token}` })).status, status, name);
  }
  assert.equal((await who({ authorization: `Bearer ${await sign(own, "ES256")}` })).status, 200);
});

Deno.test("an expired token is PGRST303, one of another issuer PGRST301", async () => {
  const own = await jose.importJWK(stack.signingKey);
  const sign = (issuer: string, expiry: string) =>
    new jose.SignJWT({ role: "authenticated" }).setProtectedHeader({ alg: "ES256" })
      .setIssuer(issuer).setExpirationTime(expiry).sign(own);
  const codes = [];
  for (
    const [issuer, expiry] of [[`${stack.url}/auth/v1`, "-1m"], [
      "https://else.test",
      "1h",
    ]] as const
  ) {
    const res = await who({ authorization: `Bearer ${await sign(issuer, expiry)}` });
    codes.push([res.status, (await res.json()).code]);
  }
  assert.deepEqual(codes, [[401, "PGRST303"], [401, "PGRST301"]]);
});

Deno.test("API keys count on apikey alone: publishable is anon, secret is service_role", async () => {
  const key = (apikey: string, more: Record<string, string> = {}) => who({ apikey, ...more });
  assert.equal(await (await key(stack.publishableKey)).json(), "anon");
  assert.equal(await (await key(stack.secretKey)).json(), "service_role");
  const { token } = await signedUp(stack);
  const both = await key(stack.secretKey, { authorization: `Bearer ${token}` });
  assert.equal(await both.json(), "authenticated");
  const refused = [
    await key(""),
    await key("sb_publishable_wrong"),
    await key(stack.publishableKey, { authorization: `Bearer ${stack.secretKey}` }),
    await key(stack.secretKey, { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" }),
  ];
  assert.deepEqual(refused.map(({ status }) => status), [401, 401, 401, 401]);
});

Deno.test("auth.admin creates, finds, lists, changes and deletes users", async () => {
  const email = `${crypto.randomUUID()}@example.test`;
  const attributes = { email, password: "a fine password", email_confirm: true };
  const made = await admin.createUser({ ...attributes, app_metadata: { plan: "pro" } });
  const id = made.data.user?.id ?? "";
  assert.deepEqual(made.data.user?.app_metadata, {
    provider: "email",
    providers: ["email"],
    plan: "pro",
  });
  assert.equal((await admin.createUser(attributes)).error?.code, "email_exists");
  assert.equal((await admin.getUserById(id)).data.user?.email, email);
  assert.ok((await admin.listUsers()).data.users.some((user) => user.id === id));
  await admin.updateUserById(id, { app_metadata: { plan: "free" } });
  const supabase = client(stack);
  const { data } = await supabase.auth.signInWithPassword(attributes);
  const claims = jose.decodeJwt(data.session?.access_token ?? "");
  assert.deepEqual(claims.app_metadata, { provider: "email", providers: ["email"], plan: "free" });
  assert.equal((await admin.deleteUser(id)).error, null);
  assert.equal((await admin.getUserById(id)).error?.code, "user_not_found");
  assert.ok((await supabase.auth.refreshSession()).error);
});

Deno.test("auth.admin refuses malformed users, and callers without the secret key", async () => {
  assert.equal(
    (await admin.createUser({ password: "a fine password" })).error?.code,
    "validation_failed",
  );
  assert.equal((await admin.createUser({ email: "no address" })).error?.code, "validation_failed");
  assert.equal((await client(stack).auth.admin.listUsers()).error?.code, "no_authorization");
});

Deno.test("a link in an e-mail leads back with a token for the world", async () => {
  const { supabase, id } = await signedUp(stack);
  const email = (await supabase.auth.getUser()).data.user?.email ?? "";
  await client(stack).auth.signInWithOtp({ email });
  const link = /http\S+/.exec(scratch.lines.at(-1) ?? "")?.[0] ?? "";
  assert.ok(link.startsWith(`${stack.url}/auth/v1/verify`), "the mail was shown to the developer");
  const res = await fetch(link, { redirect: "manual" });
  await res.body?.cancel();
  const fragment = new URL(res.headers.get("location") ?? "").hash.slice(1);
  const token = new URLSearchParams(fragment).get("access_token") ?? "";
  assert.equal(jose.decodeProtectedHeader(token).alg, "ES256");
  assert.equal((await client(stack).auth.getUser(token)).data.user?.id, id);
});

Deno.test("a link in an e-mail leads who asked with a challenge back with a code alone", async () => {
  const { supabase, id } = await signedUp(stack);
  const email = (await supabase.auth.getUser()).data.user?.email ?? "";
  const auth = { flowType: "pkce", persistSession: false, autoRefreshToken: false } as const;
  const browser = createClient(stack.url, stack.publishableKey, { auth });
  const askForCode = async () => {
    await browser.auth.signInWithOtp({ email });
    const link = /http\S+/.exec(scratch.lines.at(-1) ?? "")?.[0] ?? "";
    const res = await fetch(link, { redirect: "manual" });
    await res.body?.cancel();
    const back = new URL(res.headers.get("location") ?? "");
    assert.deepEqual([back.hash, ...back.searchParams.keys()], ["", "code"]);
    return back.searchParams.get("code") ?? "";
  };
  const code = await askForCode();
  const { data, error } = await browser.auth.exchangeCodeForSession(code);
  assert.equal(error, null);
  assert.equal(data.user?.id, id);
  assert.equal(await exchange(code, "x".repeat(56)), 404, "it is good once");
  assert.equal(await exchange(await askForCode(), "x".repeat(56)), 400, "and for nobody else");
});

async function exchange(code: string, verifier: string): Promise<number> {
  const res = await fetch(`${stack.url}/auth/v1/token?grant_type=pkce`, {
    method: "POST",
    headers: { apikey: stack.publishableKey, "content-type": "application/json" },
    body: JSON.stringify({ auth_code: code, code_verifier: verifier }),
  });
  await res.body?.cancel();
  return res.status;
}

function who(headers: Record<string, string>): Promise<Response> {
  return fetch(`${stack.url}/rest/v1/rpc/who`, {
    method: "POST",
    headers: { apikey: stack.publishableKey, ...headers },
  });
}
