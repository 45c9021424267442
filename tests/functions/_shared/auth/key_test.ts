import assert from "@std/assert";
import fc from "fast-check";
import {
  generateKey,
  parseKey,
  sha256Hex,
} from "../../../../supabase/functions/_shared/auth/key.ts";

const CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Deno.test("a key is ck_<env>_<id>_<secret><checksum>, and reads back as what it was made of", async () => {
  for (const env of ["live", "test"] as const) {
    const { key, publicId, secretHash } = await generateKey(env);
    assert.match(key, new RegExp(`^ck_${env}_${publicId}_[0-9A-Za-z]{49}$`));
    const parts = parseKey(key, env);
    assert.equal(parts?.publicId, publicId);
    assert.equal(parts?.secret.length, 43);
    assert.equal(await sha256Hex(parts?.secret ?? ""), secretHash);
  }
});

Deno.test("the checksum of a key is the CRC-32 that others compute", () => {
  assert.equal(crc("123456789"), 0xcbf43926, "the check value of CRC-32/ISO-HDLC");
  const made = `ck_test_${"0".repeat(16)}_${"A".repeat(43)}`;
  const parts = parseKey(made + base62(crc(made)), "test");
  assert.deepEqual(parts, { publicId: "0".repeat(16), secret: "A".repeat(43) });
});

Deno.test("keys use every character about as often as any other", async () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 400; i++) {
    const parts = parseKey((await generateKey("live")).key, "live");
    for (const char of parts?.secret ?? "") counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  const expected = 400 * 43 / 62;
  const chi2 = [...CHARS].reduce(
    (sum, char) => sum + ((counts.get(char) ?? 0) - expected) ** 2 / expected,
    0,
  );
  // 61 degrees of freedom: more than 130 happens once in a million.
  assert.ok(chi2 < 130, String(chi2));
});

Deno.test("a key of another deployment is no key", async () => {
  assert.equal(parseKey((await generateKey("test")).key, "live"), undefined);
  assert.equal(parseKey((await generateKey("live")).key, "test"), undefined);
});

Deno.test("a key with one character changed, cut off, added or swapped is no key", async () => {
  const { key } = await generateKey("live");
  const wrong = new Set<string>();
  for (let i = 0; i <= key.length; i++) {
    wrong.add(key.slice(0, i));
    wrong.add(key.slice(0, i) + "a" + key.slice(i));
    wrong.add(key.slice(0, i) + key.slice(i + 1));
    wrong.add(key.slice(0, i) + key.charAt(i + 1) + key.charAt(i) + key.slice(i + 2));
    for (const char of CHARS) wrong.add(key.slice(0, i) + char + key.slice(i + 1));
  }
  wrong.delete(key);
  for (const text of wrong) assert.equal(parseKey(text, "live"), undefined, text);
});

Deno.test("no text that is not a key is taken for one, and none makes it throw", () => {
  const near = fc.array(fc.constantFrom(..."ck_livets0aZ-. é\0"), { maxLength: 90 });
  fc.assert(fc.property(fc.oneof(fc.string(), near.map((chars) => chars.join(""))), (text) => {
    assert.equal(parseKey(text, "live"), undefined);
  }));
});

function crc(text: string): number {
  let sum = ~0;
  for (const byte of new TextEncoder().encode(text)) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = (sum ^ (byte >> bit)) & 1;
      sum = (sum >>> 1) ^ (odd === 1 ? 0xedb88320 : 0);
    }
  }
  return ~sum >>> 0;
}

function base62(value: number): string {
  let text = "";
  for (let rest = value, i = 0; i < 6; i++, rest = Math.floor(rest / 62)) {
    text = CHARS.charAt(rest % 62) + text;
  }
  return text;
}
