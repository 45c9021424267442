import assert from "@std/assert";
import { withNewKey } from "../../../../scripts/secret_key.ts";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { MasterKeys } from "../../../../supabase/functions/_shared/vault/keys.ts";

const KEY = btoa("0123456789abcdef0123456789abcdef");
const OTHER = btoa("another key of thirty-two bytes!");
const PLATFORM = {
  SUPABASE_URL: "http://project.test",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"p"}',
  SUPABASE_SECRET_KEYS: '{"default":"s"}',
};

Deno.test("master keys are read in their order, the one that locks first", () => {
  const keys = MasterKeys.parse(JSON.stringify({ k2: KEY, k1: OTHER }));
  assert.deepEqual(keys.map(({ kid, bytes }) => [kid, bytes.length]), [["k2", 32], ["k1", 32]]);
});

Deno.test("malformed master keys stop the function, and are not in what it says", () => {
  const wrong = [
    ...["", "{}", "[]", "null", KEY, `"${KEY}"`, "{", JSON.stringify({ k1: 1 })],
    JSON.stringify({ k1: KEY.slice(1) }),
    JSON.stringify({ k1: KEY.replace("=", "") }),
    JSON.stringify({ k1: ` ${KEY}` }),
    JSON.stringify({ k1: btoa("0123456789abcdef") }),
    // JSON.parse would put numbers first, whatever was written first.
    JSON.stringify({ "2": KEY }),
    JSON.stringify({ K1: KEY }),
    JSON.stringify({ vault: KEY }),
    JSON.stringify({ k2: KEY, k1: KEY }),
    `{"__proto__": "${KEY}"}`,
  ];
  for (const text of wrong) {
    const reading = () => readEnv({ ...PLATFORM, CLOISTER_SECRET_KEYS: text });
    assert.throws(reading, (err: Error) => {
      assert.match(err.message, /CLOISTER_SECRET_KEYS/);
      assert.ok(!err.message.includes(KEY.slice(1, 20)), err.message);
      return true;
    }, text);
  }
});

Deno.test("a new key stands in front of those that are in use", () => {
  const keys = MasterKeys.parse(withNewKey(withNewKey(undefined, new Date(0)), new Date(0)));
  assert.equal(keys.length, 2);
  assert.ok(keys.every(({ kid }) => /^k19700101-[0-9a-f]{4}$/.test(kid)));
  const after = MasterKeys.parse(withNewKey(JSON.stringify({ old: KEY })));
  assert.deepEqual(after.map(({ kid }) => kid).slice(1), ["old"]);
});
