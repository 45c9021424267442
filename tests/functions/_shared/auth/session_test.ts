import assert from "@std/assert";
import { exportSPKI } from "jose";
import { CONTEXT, door, newClock, newPair, project, refusedWith, token, USER } from "./rig.ts";

async function refused(header: string | undefined, code: string, detail?: RegExp): Promise<void> {
  await refusedWith((await door()).authenticate(header, CONTEXT), code, detail);
}

Deno.test("authenticate() takes the project's own user and keeps the token", async () => {
  const good = await token();
  const caller = await (await door()).authenticate(`Bearer ${good}`, CONTEXT);
  assert.deepEqual([caller.userId, caller.via, caller.keyId], [USER, "session", undefined]);
  assert.equal(await caller.token(), good);
});

Deno.test("authenticate() tells sessions of one user apart, since their rights may differ", async () => {
  const { authenticate } = await door();
  const identities = await Promise.all([
    { session_id: "s1", aal: "aal1" },
    { session_id: "s1", aal: "aal2" },
    { session_id: "s2", aal: "aal1" },
    {},
  ].map(async (claims) =>
    (await authenticate(`Bearer ${await token({ claims })}`, CONTEXT)).identity
  ));
  assert.equal(new Set(identities).size, 4);
});

Deno.test("authenticate() needs no request when the key set came with the isolate", async () => {
  const { authenticate, fetched } = await door({ known: { keys: [{ ...project.jwk }] } });
  await authenticate(`Bearer ${await token()}`, CONTEXT);
  assert.equal(fetched(), 0);
});

Deno.test("authenticate() says that credentials are missing", async () => {
  await refused(undefined, "unauthenticated");
  await refused("", "unauthenticated");
});

Deno.test("authenticate() refuses what is not one bearer credential", async () => {
  const good = await token();
  await refused("Basic dXNlcjpwYXNz", "token_invalid");
  await refused("Bearer a b", "token_invalid");
  await refused("Bearer", "token_invalid");
  await refused("Bearer not-a-jwt", "token_invalid", /malformed/);
  await refused(`Bearer ${"a".repeat(9_000)}`, "token_invalid");
  await refused(`Bearer ${good}\0`, "token_invalid");
  await refused(`Bearer ${good}, Bearer ${good}`, "token_invalid");
  await refused(`Bearer ${good} ${good}`, "token_invalid");
  await refused("Bearer sb_publishable_x", "token_invalid", /apikey/);
  await refused("Bearer sb_secret_x", "token_invalid", /apikey/);
});

Deno.test("authenticate() refuses every token that was cut or altered", async () => {
  const good = await token();
  const [head = "", body = "", mark = ""] = good.split(".");
  const forged = btoa(JSON.stringify({ sub: USER, role: "authenticated" })).replaceAll("=", "");
  const broken = [`${head}.${body}`, `${head}.${body}.`, `.${body}.${mark}`, `${head}..${mark}`]
    .concat([
      `${head}.${forged}.${mark}`,
      `${good}.${mark}`,
      good.slice(0, -1),
      good.slice(1),
      "eyJ",
    ])
    .concat([`${head}.${body}.${mark.slice(0, 40)}`, "..", "a.b.c", `${head}.${body}.${head}`]);
  for (const text of broken) await refused(`Bearer ${text}`, "token_invalid");
});

Deno.test("authenticate() refuses an expired token", async () => {
  await refused(`Bearer ${await token({ expires: "-1m" })}`, "token_expired");
});

Deno.test("authenticate() forgives a clock five seconds, and no more", async () => {
  const clock = newClock();
  const { authenticate } = await door({ clock });
  const expires = clock.now() / 1000;
  const header = `Bearer ${await token({ expires })}`;
  clock.pass(4);
  assert.equal((await authenticate(header, CONTEXT)).userId, USER);
  clock.pass(2);
  await refusedWith(authenticate(header, CONTEXT), "token_expired");
  const early = (s: number) => token({ notBefore: clock.now() / 1000 + s, expires: expires + 900 });
  assert.equal((await authenticate(`Bearer ${await early(4)}`, CONTEXT)).userId, USER);
  await refusedWith(authenticate(`Bearer ${await early(7)}`, CONTEXT), "token_invalid", /nbf/);
});

Deno.test("authenticate() refuses a token that never expires", async () => {
  const { SignJWT } = await import("jose");
  const endless = await new SignJWT({ sub: USER, role: "authenticated" })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setIssuer("http://project.test/auth/v1").setAudience("authenticated")
    .sign(project.privateKey);
  await refused(`Bearer ${endless}`, "token_invalid", /exp/);
});

Deno.test("authenticate() refuses a foreign signature, even under our key's id", async () => {
  const foreign = await newPair("k1");
  await refused(`Bearer ${await token({ key: foreign.privateKey })}`, "token_invalid", /signed/);
  const other = await token({ header: { alg: "ES256", kid: "k2" } });
  await refused(`Bearer ${other}`, "token_invalid", /signed/);
});

Deno.test("authenticate() refuses alg none, and HS256 keyed with the public key", async () => {
  const [, payload] = (await token()).split(".");
  for (const alg of ["none", "None", "NONE", ""]) {
    const head = btoa(JSON.stringify({ alg, kid: "k1" })).replaceAll("=", "");
    await refused(`Bearer ${head}.${payload}.`, "token_invalid");
  }
  for (const text of [JSON.stringify(project.jwk), await exportSPKI(project.publicKey)]) {
    const secret = new TextEncoder().encode(text);
    const confused = await token({ header: { alg: "HS256", kid: "k1" }, key: secret });
    await refused(`Bearer ${confused}`, "token_invalid", /algorithm/);
  }
});

Deno.test("authenticate() refuses one kind of key under the algorithm of another", async () => {
  const rsa = await newPair("k2", "RS256");
  const { authenticate } = await door({ keys: [project, rsa] });
  const good = await token({ header: { alg: "RS256", kid: "k2" }, key: rsa.privateKey });
  assert.equal((await authenticate(`Bearer ${good}`, CONTEXT)).userId, USER);
  const mixed = [
    await token({ header: { alg: "RS256", kid: "k1" }, key: rsa.privateKey }),
    await token({ header: { alg: "ES256", kid: "k2" } }),
  ];
  const [, ...rest] = good.split(".");
  const head = btoa(JSON.stringify({ alg: "ES256", kid: "k2" })).replaceAll("=", "");
  for (const text of [...mixed, [head, ...rest].join(".")]) {
    await refusedWith(authenticate(`Bearer ${text}`, CONTEXT), "token_invalid");
  }
});

Deno.test("authenticate() refuses a token without a kid where several keys could be meant", async () => {
  const { authenticate } = await door({ keys: [project, await newPair("k2")] });
  const vague = await token({ header: { alg: "ES256" } });
  await refusedWith(authenticate(`Bearer ${vague}`, CONTEXT), "token_invalid", /signed/);
});

Deno.test("authenticate() refuses extensions that a token calls critical", async () => {
  const [, payload, mark] = (await token()).split(".");
  for (const extra of [{ crit: ["exp"] }, { crit: ["x"], x: 1 }, { crit: ["b64"], b64: false }]) {
    const text = JSON.stringify({ alg: "ES256", kid: "k1", ...extra });
    const head = btoa(text).replaceAll("=", "");
    await refused(`Bearer ${head}.${payload}.${mark}`, "token_invalid");
  }
});

Deno.test("authenticate() takes a new key of the project's when it appears", async () => {
  const next = await newPair("k2");
  const keys = [project];
  const { authenticate, fetched } = await door({ keys, cooldownMs: 0 });
  const header = `Bearer ${await token({
    header: { alg: "ES256", kid: "k2" },
    key: next.privateKey,
  })}`;
  await refusedWith(authenticate(header, CONTEXT), "token_invalid");
  keys.push(next);
  assert.equal((await authenticate(header, CONTEXT)).userId, USER);
  assert.equal(fetched(), 3);
});

Deno.test("unknown kids do not make anybody fetch the key set again and again", async () => {
  const { authenticate, fetched } = await door();
  for (let i = 0; i < 20; i++) {
    const header = { alg: "ES256", kid: `guess-${i}` };
    await refusedWith(authenticate(`Bearer ${await token({ header })}`, CONTEXT), "token_invalid");
  }
  assert.equal(fetched(), 1);
});

Deno.test("authenticate() refuses another issuer or audience", async () => {
  await refused(`Bearer ${await token({ issuer: "http://evil.test" })}`, "token_invalid", /iss/);
  await refused(`Bearer ${await token({ audience: "other" })}`, "token_invalid", /aud/);
});

Deno.test("authenticate() refuses a well-signed token that is not a signed-in user's", async () => {
  const others = [{ role: "service_role" }, { role: "anon" }, { role: ["authenticated"] }]
    .map((claims) => ({ claims }))
    .concat([{ claims: { role: "authenticated", ...{ sub: "admin" } } }]);
  for (const draft of others) {
    await refused(`Bearer ${await token(draft)}`, "token_invalid", /signed-in/);
  }
  await refused(`Bearer ${await token({ claims: { is_anonymous: true } })}`, "forbidden");
});

Deno.test("what the functions mint for Postgres opens no door of theirs", async () => {
  for (const claims of [{ cloister_key: crypto.randomUUID() }, { cloister_issuer: "x" }]) {
    await refused(`Bearer ${await token({ claims })}`, "token_invalid", /signed-in/);
  }
});

Deno.test("authenticate() lets nobody in while the key set cannot be had", async () => {
  const down = await door({ fetcher: () => Promise.reject(new TypeError("connection refused")) });
  await refusedWith(down.authenticate(`Bearer ${await token()}`, CONTEXT), "internal");
});
