import assert from "@std/assert";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";

const VARS = {
  SUPABASE_URL: "http://project.test",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_1"}',
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_1"}',
};

Deno.test("readEnv() needs what the platform sets, and nothing else", () => {
  const env = readEnv(VARS);
  assert.equal(env.secretKey, "sb_secret_1");
  assert.equal(env.jwtIssuer, "http://project.test/auth/v1");
  assert.deepEqual(env.allowedOrigins, ["*"]);
  assert.equal(env.upstash, undefined);
});

Deno.test("readEnv() stops at a malformed variable with its name and without its value", () => {
  const cases = [
    { ...VARS, SUPABASE_SECRET_KEYS: "sb_secret_bare" },
    { ...VARS, SUPABASE_URL: "sb_secret_bare" },
    { ...VARS, SUPABASE_JWKS: "sb_secret_bare" },
    { ...VARS, UPSTASH_REDIS_REST_URL: "http://sb_secret_bare.test" },
  ];
  const names = [
    /SUPABASE_SECRET_KEYS/,
    /SUPABASE_URL/,
    /SUPABASE_JWKS/,
    /UPSTASH_REDIS_REST_TOKEN/,
  ];
  cases.forEach((vars, i) => {
    assert.throws(() => readEnv(vars), (err) => {
      assert.match(String(err), names[i] ?? /never/);
      assert.doesNotMatch(String(err), /sb_secret_bare/);
      return true;
    });
  });
});
