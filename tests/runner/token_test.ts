import assert from "@std/assert";
import { exportJWK, generateKeyPair } from "jose";
import { DEFAULT_LIMITS, EngineBusy } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { toWire } from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import { Problem } from "../../runner/problem.ts";
import { SpentTokens } from "../../runner/replay.ts";
import { createVerify } from "../../runner/token.ts";
import { codeOf } from "./client.ts";
import { AUDIENCE, type Draft, publicJwk, signRun } from "./keys.ts";
import { serve } from "./serve.ts";
import { stubEngine } from "./stub.ts";

const verify = createVerify({ keys: [publicJwk] }, AUDIENCE);

async function refused(header: string | null, code: string, detail?: RegExp): Promise<void> {
  await assert.rejects(verify(header), (thrown) => {
    assert.ok(thrown instanceof Problem, String(thrown));
    assert.equal(thrown.code, code);
    if (detail) assert.match(thrown.options.detail ?? "", detail);
    return true;
  });
}

async function refusedToken(draft: Draft, code: string, detail?: RegExp): Promise<void> {
  await refused(`Bearer ${await signRun(draft)}`, code, detail);
}

Deno.test("a run token says which run, whose, and within which limits", async () => {
  const pass = await verify(`Bearer ${await signRun({ run: "r1", tenant: "ann" })}`);
  const { expiresMs, ...claim } = pass;
  assert.deepEqual(claim, { run: "r1", tenant: "ann", limits: DEFAULT_LIMITS });
  assert.ok(expiresMs > Date.now());
});

Deno.test("a run token may be signed with ES256, too", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = { ...await exportJWK(publicKey), kid: "e1", alg: "ES256" };
  const verifyBoth = createVerify({ keys: [publicJwk, jwk] }, AUDIENCE);
  const header = { alg: "ES256", kid: "e1" };
  const token = await signRun({ run: "r1", key: privateKey, header });
  assert.equal((await verifyBoth(`Bearer ${token}`)).run, "r1");
  await verifyBoth(`Bearer ${await signRun()}`);
});

Deno.test("a runner refuses what is no bearer token", async () => {
  await refused(null, "unauthenticated");
  await refused("", "unauthenticated");
  await refused("Basic dXNlcjpwYXNz", "token_invalid");
  await refused("Bearer not-a-jwt", "token_invalid");
});

Deno.test("a runner does not look into a token of more than 4,096 characters", async () => {
  await verify(`Bearer ${await signRun({ claims: { more: "x".repeat(2_000) } })}`);
  await refusedToken({ claims: { more: "x".repeat(4_000) } }, "token_invalid", /Bearer/);
});

Deno.test("a runner refuses an expired run token", async () => {
  await refusedToken({ expires: "-1m" }, "token_expired");
});

Deno.test("a runner refuses a run token that lives too long, or for ever", async () => {
  await refusedToken({ expires: "2m" }, "token_invalid", /60 s/);
  await refusedToken({ expires: Number.MAX_SAFE_INTEGER }, "token_invalid");
});

Deno.test("a runner refuses run tokens of another issuer or for another runner", async () => {
  await refusedToken({ issuer: "http://evil.test" }, "token_invalid", /iss/);
  await refusedToken({ audience: "other-runner" }, "token_invalid", /aud/);
});

Deno.test("a runner refuses a foreign signature, even under a known key's id", async () => {
  const foreign = await generateKeyPair("EdDSA");
  await refusedToken({ key: foreign.privateKey }, "token_invalid");
  await refusedToken({ header: { alg: "EdDSA", kid: "k2" } }, "token_invalid");
});

Deno.test("a runner refuses alg none, and HS256 keyed with the public key", async () => {
  const [, payload] = (await signRun()).split(".");
  for (const alg of ["none", "None", "HS256"]) {
    const head = btoa(JSON.stringify({ alg, kid: "k1" })).replaceAll("=", "");
    await refused(`Bearer ${head}.${payload}.`, "token_invalid");
  }
  for (const secret of [JSON.stringify(publicJwk), publicJwk.x ?? ""]) {
    const key = new TextEncoder().encode(secret.padEnd(32, "="));
    await refusedToken({ header: { alg: "HS256", kid: "k1" }, key }, "token_invalid");
  }
});

Deno.test("a runner refuses a run token without limits, or with limits that are none", async () => {
  const { wall_ms: _, ...rest } = toWire(DEFAULT_LIMITS);
  for (
    const limits of [
      undefined,
      null,
      {},
      rest,
      { ...rest, wall_ms: 0 },
      { ...rest, wall_ms: "10" },
      { ...rest, wall_ms: 1.5 },
      { ...rest, wall_ms: 10, more: 1 },
    ]
  ) {
    await refusedToken({ claims: { limits } }, "token_invalid", /limits/);
  }
});

Deno.test("a runner refuses a run token whose run or tenant is odd", async () => {
  for (const run of ["", "a b", "../x", "x".repeat(65), "a\nb"]) {
    await refusedToken({ run }, "token_invalid", /jti/);
  }
  await refusedToken({ tenant: "" }, "token_invalid", /sub/);
  await refusedToken({ tenant: "x".repeat(129) }, "token_invalid", /sub/);
});

async function post(url: string, headers: HeadersInit): Promise<Response> {
  return await fetch(`${url}/runs`, { method: "POST", headers, body: "{}" });
}

Deno.test("a run token opens one run, however often it is shown", async () => {
  await using runner = await serve(stubEngine());
  const headers = { authorization: `Bearer ${await signRun({ run: "once" })}` };
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => post(runner.url, headers)),
  );
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 403, 403, 403]);
  for (const answer of answers) {
    if (answer.status === 403) assert.equal(await codeOf(answer), "token_replayed");
    else await answer.text();
  }
  const again = { authorization: `Bearer ${await signRun({ run: "once" })}` };
  const later = await post(runner.url, again);
  assert.equal(await codeOf(later), "token_replayed");
});

Deno.test("SpentTokens forget none before it expires, and refuse new ones when full", () => {
  let now = 0;
  const spent = new SpentTokens(2, () => now);
  const restoreFirst = spent.spend("a", 10);
  spent.spend("b", 20);
  assert.throws(() => spent.spend("a", 30), { code: "token_replayed" });
  assert.throws(() => spent.spend("c", 30), { code: "tokens_unremembered" });
  assert.throws(() => spent.spend("a", 30), { code: "token_replayed" });
  now = 10;
  spent.spend("c", 30);
  assert.throws(() => spent.spend("b", 30), { code: "token_replayed" });
  assert.throws(() => spent.spend("d", 30), { code: "tokens_unremembered" });
  restoreFirst();
  assert.throws(() => spent.spend("d", 30), { code: "tokens_unremembered" });
});

Deno.test("SpentTokens give back a token to who spent it last, and to nobody else", () => {
  let now = 0;
  const spent = new SpentTokens(1, () => now);
  const restoreFirst = spent.spend("a", 10);
  now = 10;
  const restoreSecond = spent.spend("a", 20);
  restoreFirst();
  assert.throws(() => spent.spend("a", 30), { code: "token_replayed" });
  restoreSecond();
  spent.spend("b", 30);
});

Deno.test("problems are RFC 9457 documents with a code of their own", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  const anonymous = await fetch(`${runner.url}/runs`, { method: "POST" });
  assert.equal(anonymous.status, 401);
  assert.equal(anonymous.headers.get("content-type"), "application/problem+json");
  assert.equal(anonymous.headers.get("www-authenticate"), "Bearer");
  const { request_id, ...document } = await anonymous.json();
  assert.match(request_id, /^[\w-]{36}$/);
  assert.deepEqual(document, {
    type: "/errors/unauthenticated",
    title: "The request carries no run token",
    status: 401,
    instance: `/requests/${request_id}`,
    code: "unauthenticated",
  });
  for (
    const [method, path, status] of [
      ["GET", "/runs", 405],
      ["PUT", "/health", 405],
      ["GET", "/nothing", 404],
      ["DELETE", "/runs/x", 401],
    ] as const
  ) {
    const answer = await fetch(`${runner.url}${path}`, { method });
    assert.equal(answer.status, status, path);
    await answer.body?.cancel();
  }
  stub.failure = new EngineBusy("full", 7);
  const headers = { authorization: `Bearer ${await signRun()}` };
  const full = await post(runner.url, headers);
  assert.equal(full.headers.get("retry-after"), "7");
  assert.equal(await codeOf(full), "runner_full");
  stub.failure = new Error("secret of ours");
  const more = { authorization: `Bearer ${await signRun()}` };
  const broken = await post(runner.url, more);
  assert.equal(broken.status, 500);
  assert.doesNotMatch(await broken.text(), /secret|\.ts/);
});
