import assert from "@std/assert";
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from "jose";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { createRunTokens } from "../../../supabase/functions/_shared/run_token.ts";
import { DEFAULT_LIMITS } from "../../../supabase/functions/_shared/sandbox/engine.ts";

const CLAIM = {
  run: "run-1",
  tenant: "00000000-0000-4000-8000-000000000001",
  limits: DEFAULT_LIMITS,
};
const PLATFORM = {
  SUPABASE_URL: "http://project.test",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
  CLOISTER_RUNNER_URL: "https://runner.test",
};

/** What the environment makes of a new key, and the key set that verifies it. */
async function settle(alg: "EdDSA" | "ES256") {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const secret = JSON.stringify({ ...await exportJWK(privateKey), alg, kid: "k1" });
  const { runner } = readEnv({ ...PLATFORM, CLOISTER_RUNNER_KEY: secret }).engine;
  assert.ok(runner);
  const verify = createLocalJWKSet({ keys: [{ ...await exportJWK(publicKey), alg, kid: "k1" }] });
  return { runner, verify };
}

for (const alg of ["EdDSA", "ES256"] as const) {
  Deno.test(`a run token signed with ${alg} is for one run, one runner, and half a minute`, async () => {
    const { runner, verify } = await settle(alg);
    const token = await createRunTokens(runner)(CLAIM);
    assert.deepEqual(decodeProtectedHeader(token), { alg, kid: "k1" });
    const options = { issuer: "cloister", audience: "cloister-runner", algorithms: [alg] };
    const { payload } = await jwtVerify(token, verify, options);
    assert.equal(payload.jti, "run-1");
    assert.equal(Number(payload.exp) - Number(payload.iat), 30);
    assert.deepEqual(payload.limits, {
      wall_ms: 10_000,
      cpu_ms: 300,
      memory_bytes: 24 * 1024 * 1024,
      output_bytes: 256 * 1024,
      log_bytes: 64 * 1024,
      events: 1_000,
      tool_calls: 200,
      tool_concurrency: 8,
      tool_bytes: 256 * 1024,
    });
  });
}

Deno.test("a run token names its tenant by a mark that stays the same and tells nobody who it is", async () => {
  const { runner, verify } = await settle("EdDSA");
  const sign = createRunTokens(runner);
  const subjectOf = async (tenant: string) =>
    (await jwtVerify(await sign({ ...CLAIM, tenant }), verify)).payload.sub ?? "";
  const mark = await subjectOf(CLAIM.tenant);
  assert.match(mark, /^[\w-]{43}$/);
  assert.equal(await subjectOf(CLAIM.tenant), mark);
  assert.notEqual(await subjectOf("somebody else"), mark);
  const { runner: other } = await settle("EdDSA");
  const { sub } = decodeJwt(await createRunTokens(other)(CLAIM));
  assert.notEqual(sub, mark);
});

Deno.test("a runner is configured completely, with a key that signs, and never in the clear", () => {
  const key = '{"alg":"EdDSA","kty":"OKP","crv":"Ed25519","x":"public-part","d":"secret-part"}';
  const cases: readonly [Record<string, string>, RegExp][] = [
    [{ CLOISTER_RUNNER_URL: "https://runner.test" }, /CLOISTER_RUNNER_KEY/],
    [{ CLOISTER_RUNNER_KEY: key }, /CLOISTER_RUNNER_KEY/],
    [
      { CLOISTER_RUNNER_URL: "http://runner.test", CLOISTER_RUNNER_KEY: key },
      /CLOISTER_RUNNER_URL/,
    ],
    [
      { CLOISTER_RUNNER_URL: "http://127.0.0.1.evil.test", CLOISTER_RUNNER_KEY: key },
      /CLOISTER_RUNNER_URL/,
    ],
    [
      {
        CLOISTER_RUNNER_URL: "https://runner.test",
        CLOISTER_RUNNER_KEY: key.replace('"d"', '"e"'),
      },
      /CLOISTER_RUNNER_KEY/,
    ],
    [
      {
        CLOISTER_RUNNER_URL: "https://runner.test",
        CLOISTER_RUNNER_KEY: key.replace("EdDSA", "HS256"),
      },
      /CLOISTER_RUNNER_KEY/,
    ],
    [{ CLOISTER_ENGINE: "remote" }, /CLOISTER_ENGINE/],
    [{ CLOISTER_ENGINE: "worker" }, /CLOISTER_ENGINE/],
  ];
  const { CLOISTER_RUNNER_URL: _, ...platform } = PLATFORM;
  for (const [variables, name] of cases) {
    assert.throws(() => readEnv({ ...platform, ...variables }), (err) => {
      assert.match(String(err), name);
      assert.doesNotMatch(String(err), /secret-part/);
      return true;
    });
  }
  for (const url of ["http://127.0.0.1:8000", "http://[::1]:8000", "https://runner.test/base"]) {
    const env = readEnv({ ...platform, CLOISTER_RUNNER_URL: url, CLOISTER_RUNNER_KEY: key });
    assert.deepEqual([env.engine.choice, env.engine.runner?.url], ["auto", url]);
  }
});
