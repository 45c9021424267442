import assert from "@std/assert";
import { decodeJwt, jwtVerify, SignJWT } from "jose";
import type { TrustedIssuer } from "../../../../supabase/functions/_shared/env.ts";
import {
  CONTEXT,
  door,
  type Draft,
  fakeService,
  ISSUER,
  newClock,
  newPair,
  type Pair,
  project,
  refusedWith,
  token,
  USER,
} from "./rig.ts";

const EVE = "c0ffee00-5a57-4c0c-9a3e-0d8d3b9d6f11";
const theirs = await newPair("t1");

/** Another issuer, with a key set on a real port that can be changed while it serves. */
function openIssuer(keys: Pair[] = [theirs], refusals = { count: 0 }) {
  let fetched = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    fetched++;
    if (refusals.count-- > 0) return new Response(null, { status: 503 });
    return Response.json({ keys: keys.map(({ jwk }) => jwk) });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const trusted: TrustedIssuer = {
    issuer: url,
    jwks: `${url}/jwks.json`,
    audience: "cloister",
    userClaim: "sub",
    provider: "acme",
  };
  return {
    url,
    trusted,
    fetched: () => fetched,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Knows `ann@acme` as the user, and nobody else. */
const people = () =>
  fakeService({
    find_identity_user: ({ issuer_provider, value }) =>
      issuer_provider === "acme" && value === "ann" ? USER : null,
  });

function vouch(issuer: string, draft: Draft = {}): Promise<string> {
  return token({
    issuer,
    audience: "cloister",
    header: { alg: "ES256", kid: "t1" },
    key: theirs.privateKey,
    ...draft,
    claims: { sub: "ann", role: "owner", ...draft.claims },
  });
}

Deno.test("a trusted issuer's user is a user here, by a token of the project's for a minute", async () => {
  await using issuer = openIssuer();
  const { service, asked } = people();
  const clock = newClock();
  const { authenticate } = await door({
    trusted: [issuer.trusted],
    fetcher: fetch,
    signing: project,
    service,
    clock,
  });
  const at = clock.now() / 1000;
  const header = `Bearer ${await vouch(issuer.url, { expires: at + 3_600 })}`;
  const caller = await authenticate(header, CONTEXT);
  assert.deepEqual([caller.userId, caller.via, caller.keyId], [USER, "issuer", undefined]);
  const { payload } = await jwtVerify(await caller.token(), project.publicKey, {
    issuer: ISSUER,
    audience: "authenticated",
    currentDate: new Date(clock.now()),
  });
  const { sub, role, cloister_issuer, iat, exp } = payload;
  assert.deepEqual([sub, role, cloister_issuer, iat, exp], [
    USER,
    "authenticated",
    issuer.url,
    at,
    at + 60,
  ]);
  await authenticate(header, CONTEXT);
  assert.equal(asked.length, 1, "the second time nobody had to be asked");
});

Deno.test("what a trusted issuer's token is exchanged for does not outlive it", async () => {
  await using issuer = openIssuer();
  const clock = newClock();
  const { authenticate } = await door({
    trusted: [issuer.trusted],
    fetcher: fetch,
    signing: project,
    service: people().service,
    clock,
  });
  const at = clock.now() / 1000;
  const caller = await authenticate(
    `Bearer ${await vouch(issuer.url, { expires: at + 30 })}`,
    CONTEXT,
  );
  assert.equal(decodeJwt(await caller.token()).exp, at + 30);
  clock.pass(36);
  await refusedWith(caller.token(), "token_expired");
});

Deno.test("a user whom nobody knows here is nobody, whoever vouches", async () => {
  await using issuer = openIssuer();
  const { authenticate } = await door({
    trusted: [issuer.trusted, { ...issuer.trusted, issuer: "https://other.test" }],
    fetcher: fetch,
    signing: project,
    service: people().service,
  });
  const as = async (draft: Draft) => `Bearer ${await vouch(issuer.url, draft)}`;
  await refusedWith(authenticate(await as({ claims: { sub: "eve" } }), CONTEXT), "token_invalid");
  for (const sub of ["", "x".repeat(256), { sub: USER }, 7, null]) {
    await refusedWith(authenticate(await as({ claims: { sub } }), CONTEXT), "token_invalid");
  }
});

Deno.test("a claim that holds a user's own id is looked up without a provider", async () => {
  await using issuer = openIssuer();
  const { provider: _, ...plain } = issuer.trusted;
  const { service, asked } = fakeService({ find_identity_user: ({ value }) => value });
  const { authenticate } = await door({
    trusted: [{ ...plain, userClaim: "supabase_id" }],
    fetcher: fetch,
    signing: project,
    service,
  });
  const header = `Bearer ${await vouch(issuer.url, { claims: { supabase_id: EVE } })}`;
  assert.equal((await authenticate(header, CONTEXT)).userId, EVE);
  assert.deepEqual(asked, [{ name: "find_identity_user", args: { value: EVE } }]);
});

Deno.test("no issuer vouches in the name of another, or of the project", async () => {
  await using acme = openIssuer();
  const others = await newPair("t1");
  await using other = openIssuer([others]);
  const { authenticate } = await door({
    trusted: [acme.trusted, other.trusted],
    fetcher: (input, init) =>
      String(input).startsWith("http://project.test")
        ? Promise.resolve(Response.json({ keys: [project.jwk] }))
        : fetch(input, init),
    signing: project,
    service: people().service,
  });
  const stolen = await vouch(acme.url, { key: others.privateKey });
  await refusedWith(authenticate(`Bearer ${stolen}`, CONTEXT), "token_invalid", /signed/);
  const forged = await vouch(ISSUER, {
    audience: "authenticated",
    claims: { sub: USER, role: "authenticated" },
  });
  await refusedWith(authenticate(`Bearer ${forged}`, CONTEXT), "token_invalid", /signed/);
  const stranger = await vouch("https://unknown.test");
  await refusedWith(authenticate(`Bearer ${stranger}`, CONTEXT), "token_invalid");
});

Deno.test("a trusted issuer's token is refused when any part of it is wrong", async () => {
  await using issuer = openIssuer();
  const { authenticate } = await door({
    trusted: [issuer.trusted],
    fetcher: fetch,
    signing: project,
    service: people().service,
  });
  const drafts: [Draft, string][] = [
    [{ expires: "-1m" }, "token_expired"],
    [{ notBefore: "1m" }, "token_invalid"],
    [{ audience: "authenticated" }, "token_invalid"],
    [{ header: { alg: "ES256", kid: "unknown" } }, "token_invalid"],
    [{
      header: { alg: "HS256", kid: "t1" },
      key: new TextEncoder().encode(JSON.stringify(theirs.jwk)),
    }, "token_invalid"],
  ];
  for (const [draft, code] of drafts) {
    await refusedWith(authenticate(`Bearer ${await vouch(issuer.url, draft)}`, CONTEXT), code);
  }
  const endless = await new SignJWT({ sub: "ann" }).setProtectedHeader({ alg: "ES256", kid: "t1" })
    .setIssuer(issuer.url).setAudience("cloister").sign(theirs.privateKey);
  await refusedWith(authenticate(`Bearer ${endless}`, CONTEXT), "token_invalid", /exp/);
});

Deno.test("a trusted issuer may change its key, and the old one ends with its key set", async () => {
  const next = await newPair("t2");
  const keys = [theirs];
  await using issuer = openIssuer(keys);
  const { authenticate } = await door({
    trusted: [issuer.trusted],
    fetcher: fetch,
    signing: project,
    service: people().service,
    cooldownMs: 0,
  });
  const old = async (n: number) => `Bearer ${await vouch(issuer.url, { claims: { n } })}`;
  assert.equal((await authenticate(await old(1), CONTEXT)).userId, USER);
  keys.splice(0, 1, next);
  const fresh = await vouch(issuer.url, {
    header: { alg: "ES256", kid: "t2" },
    key: next.privateKey,
  });
  assert.equal((await authenticate(`Bearer ${fresh}`, CONTEXT)).userId, USER);
  await refusedWith(authenticate(await old(2), CONTEXT), "token_invalid", /signed/);
});

Deno.test("guessed kids reach a trusted issuer once in a while, and not each time", async () => {
  await using issuer = openIssuer();
  const { authenticate } = await door({
    trusted: [issuer.trusted],
    fetcher: fetch,
    signing: project,
    service: people().service,
  });
  for (let i = 0; i < 10; i++) {
    const header = { alg: "ES256", kid: `guess-${i}` };
    const guess = await vouch(issuer.url, { header });
    await refusedWith(authenticate(`Bearer ${guess}`, CONTEXT), "token_invalid");
  }
  assert.equal(issuer.fetched(), 1);
});

Deno.test("an issuer whose key set cannot be had lets nobody in, until it can", async () => {
  await using issuer = openIssuer([theirs], { count: 1 });
  const { authenticate } = await door({
    trusted: [issuer.trusted],
    fetcher: async (input, init) => {
      const response = await fetch(input, init);
      if (!response.ok) await response.body?.cancel();
      return response;
    },
    signing: project,
    service: people().service,
  });
  const header = `Bearer ${await vouch(issuer.url)}`;
  await refusedWith(authenticate(header, CONTEXT), "internal");
  assert.equal((await authenticate(header, CONTEXT)).userId, USER);
});
