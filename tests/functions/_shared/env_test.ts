import assert from "@std/assert";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";

const VARS = {
  SUPABASE_URL: "http://project.test",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
};

const KEY = { kty: "EC", crv: "P-256", alg: "ES256", kid: "k1", x: "x", y: "y", d: "d" };
const ACME = {
  issuer: "https://acme.test",
  jwks: "https://acme.test/jwks.json",
  audience: "cloister",
  user_claim: "sub",
};
const HOOK = {
  ...VARS,
  CLOISTER_ALERT_WEBHOOK_URL: "https://alerts.test/in",
  CLOISTER_ALERT_WEBHOOK_SECRET: `whsec_${btoa("x".repeat(32))}`,
};

Deno.test("readEnv() needs what the platform sets, and nothing else", () => {
  const env = readEnv(VARS);
  assert.equal(env.secretKey, "sb_secret_1");
  assert.equal(env.jwtIssuer, "http://project.test/auth/v1");
  assert.deepEqual(env.allowedOrigins, ["*"]);
  assert.equal(env.upstash, undefined);
  assert.deepEqual([env.signingKey, env.alertWebhook, env.trustedIssuers], [
    undefined,
    undefined,
    [],
  ]);
  assert.deepEqual([env.keyEnv, env.addressHeader], ["live", "cf-connecting-ip"]);
});

Deno.test("readEnv() stops at a malformed variable with its name and without its value", () => {
  const cases = [
    { ...VARS, SUPABASE_SECRET_KEYS: "sb_secret_bare" },
    { ...VARS, SUPABASE_URL: "sb_secret_bare" },
    { ...VARS, SUPABASE_JWKS: "sb_secret_bare" },
    { ...VARS, UPSTASH_REDIS_REST_URL: "http://sb_secret_bare.test" },
    { ...VARS, CLOISTER_SIGNING_KEY: "sb_secret_bare" },
    {
      ...VARS,
      CLOISTER_SIGNING_KEY: JSON.stringify({ ...KEY, kid: undefined, d: "sb_secret_bare" }),
    },
    { ...VARS, CLOISTER_KEY_ENV: "sb_secret_bare" },
    { ...VARS, CLOISTER_TRUSTED_ISSUERS: "sb_secret_bare" },
    { ...VARS, CLOISTER_CLIENT_ADDRESS_HEADER: "sb_secret_bare" },
    { ...HOOK, CLOISTER_ALERT_WEBHOOK_SECRET: "sb_secret_bare" },
    { ...VARS, CLOISTER_ALERT_WEBHOOK_URL: "https://sb_secret_bare.test" },
    { ...HOOK, CLOISTER_ALERT_WEBHOOK_URL: "http://sb_secret_bare.test" },
  ];
  const names = [
    /SUPABASE_SECRET_KEYS/,
    /SUPABASE_URL/,
    /SUPABASE_JWKS/,
    /UPSTASH_REDIS_REST_TOKEN/,
    /CLOISTER_SIGNING_KEY/,
    /CLOISTER_SIGNING_KEY/,
    /CLOISTER_KEY_ENV/,
    /CLOISTER_TRUSTED_ISSUERS/,
    /CLOISTER_CLIENT_ADDRESS_HEADER/,
    /CLOISTER_ALERT_WEBHOOK_SECRET/,
    /CLOISTER_ALERT_WEBHOOK_SECRET/,
    /CLOISTER_ALERT_WEBHOOK_URL/,
  ];
  cases.forEach((vars, i) => {
    assert.throws(() => readEnv(vars), (err) => {
      assert.match(String(err), names[i] ?? /never/);
      assert.doesNotMatch(String(err), /sb_secret_bare/);
      return true;
    });
  });
});

Deno.test("readEnv() knows the clock's key by its name, and takes no other for it", () => {
  const cron = "sb_secret_of_the_clock_1";
  const read = (keys: unknown) => readEnv({ ...VARS, SUPABASE_SECRET_KEYS: JSON.stringify(keys) });
  assert.equal(read({ default: "sb_secret_1", other: cron }).cronKey, undefined);
  const { secretKey, cronKey } = read({ default: "sb_secret_1", cron });
  assert.deepEqual([secretKey, cronKey], ["sb_secret_1", cron]);
  for (const bad of ["", "short", null, 1]) {
    assert.throws(() => read({ default: "sb_secret_1", cron: bad }), /SUPABASE_SECRET_KEYS/);
  }
  assert.throws(() => read({ default: cron, cron }), (err) => {
    assert.match(String(err), /must not have the default key as "cron"/);
    assert.doesNotMatch(String(err), /of_the_clock/);
    return true;
  });
});

Deno.test("readEnv() takes the signing key, trusted issuers, an alert webhook, and no address at all", () => {
  const env = readEnv({
    ...HOOK,
    CLOISTER_SIGNING_KEY: JSON.stringify({ ...KEY, key_ops: ["sign"], use: "sig" }),
    CLOISTER_KEY_ENV: "test",
    CLOISTER_TRUSTED_ISSUERS: JSON.stringify([ACME]),
    CLOISTER_CLIENT_ADDRESS_HEADER: "none",
  });
  assert.deepEqual(env.signingKey, KEY);
  const { user_claim: userClaim, ...acme } = ACME;
  assert.deepEqual(env.trustedIssuers, [{ ...acme, userClaim }]);
  assert.deepEqual([env.keyEnv, env.addressHeader], ["test", undefined]);
  assert.equal(env.alertWebhook?.url, "https://alerts.test/in");
});

Deno.test("readEnv() trusts no issuer twice, none in the project's name, none without a key to sign with", () => {
  const trusting = (issuers: unknown, rest: Record<string, string> = {}) => () =>
    readEnv({
      ...VARS,
      CLOISTER_SIGNING_KEY: JSON.stringify(KEY),
      CLOISTER_TRUSTED_ISSUERS: JSON.stringify(issuers),
      ...rest,
    });
  trusting([ACME])();
  for (
    const issuers of [
      [ACME, ACME],
      [{ ...ACME, issuer: "http://project.test/auth/v1" }],
      [{ ...ACME, jwks: "http://acme.test/jwks.json" }],
      [{ ...ACME, algorithms: ["HS256"] }],
      [{ ...ACME, audience: "" }],
      { ...ACME },
    ]
  ) {
    assert.throws(trusting(issuers), /CLOISTER_TRUSTED_ISSUERS/);
  }
  const { CLOISTER_SIGNING_KEY: _, ...without } = { CLOISTER_SIGNING_KEY: "", ...VARS };
  const unsigned = { ...without, CLOISTER_TRUSTED_ISSUERS: JSON.stringify([ACME]) };
  assert.throws(() => readEnv(unsigned), /CLOISTER_TRUSTED_ISSUERS/);
});
