import assert from "@std/assert";
import { createRedaction } from "../../../../supabase/functions/_shared/egress/redact.ts";

const SECRET = `sk-live/Ab+9"<&>'é~${"x".repeat(9)}`;
const encoder = new TextEncoder();
const hex = (text: string) =>
  [...encoder.encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (text: string) => btoa(String.fromCharCode(...encoder.encode(text)));
const url64 = (text: string) =>
  base64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** How servers write a value back, and what must not be left of it. */
const ECHOES: Record<string, string> = {
  plain: SECRET,
  json: JSON.stringify({ token: SECRET }),
  "json with escaped slashes": JSON.stringify(SECRET).replaceAll("/", "\\/"),
  "percent-encoded": encodeURIComponent(SECRET),
  "percent-encoded in lower case": encodeURIComponent(SECRET)
    .replace(/%../g, (escape) => escape.toLowerCase()),
  form: new URLSearchParams({ token: SECRET }).toString(),
  html: SECRET.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
  base64: base64(SECRET),
  "base64 after one byte": base64(`:${SECRET}`),
  "base64 after two bytes": base64(`a:${SECRET}`),
  "base64 of a pair": base64(`user:${SECRET}:more`),
  base64url: url64(SECRET),
  "base64url after one byte": url64(`:${SECRET}`),
  hex: hex(SECRET),
  "hex in upper case": hex(SECRET).toUpperCase(),
};

/** Every piece of eight characters that an echo shares with another secret's would be luck. */
function leaks(clean: string, echo: string): boolean {
  const inner = echo.slice(12, -12);
  return inner.length >= 8 && clean.includes(inner);
}

async function stream(chunks: readonly Uint8Array[], secrets: readonly string[]): Promise<string> {
  async function* source() {
    yield* chunks.map((chunk) => new Uint8Array(chunk));
  }
  const parts: number[] = [];
  for await (const part of createRedaction(secrets).bytes(source())) parts.push(...part);
  return new TextDecoder().decode(new Uint8Array(parts));
}

Deno.test("a redaction blots a secret out in whatever way a server writes it back", async () => {
  for (const [way, echo] of Object.entries(ECHOES)) {
    const clean = createRedaction([SECRET]).text(`before ${echo} after`);
    assert.match(clean, /^before .*\[secret\].* after$/s, way);
    assert.ok(!leaks(clean, echo), `${way}: ${clean}`);
    assert.equal(await stream([encoder.encode(`before ${echo} after`)], [SECRET]), clean, way);
  }
});

Deno.test("a redaction finds a secret that lies across chunks, wherever they are cut", async () => {
  const whole = encoder.encode(`before ${SECRET}${base64(SECRET)} after`);
  const expected = "before [secret] after";
  for (let cut = 0; cut <= whole.length; cut++) {
    const clean = await stream([whole.subarray(0, cut), whole.subarray(cut)], [SECRET]);
    assert.equal(clean, expected, `cut at ${cut}`);
  }
  assert.equal(await stream([...whole].map((byte) => Uint8Array.of(byte)), [SECRET]), expected);
});

Deno.test("a redaction keeps nothing back that cannot be a secret's beginning", async () => {
  async function* source() {
    for (const text of ["data: one\n\n", `data: ${SECRET.slice(0, 5)}`, "\n\n"]) {
      yield new Uint8Array(encoder.encode(text));
    }
  }
  const parts: string[] = [];
  for await (const part of createRedaction([SECRET]).bytes(source())) {
    parts.push(new TextDecoder().decode(part));
  }
  assert.deepEqual(parts, ["data: one\n\n", "data: ", `${SECRET.slice(0, 5)}\n\n`]);
});

Deno.test("a redaction leaves no end of a secret that overlaps another", async () => {
  const secrets = ["abcdefgh", "fghijklm"];
  assert.equal(createRedaction(secrets).text("xx abcdefghijklm yy"), "xx [secret] yy");
  const bytes = [...encoder.encode("xx abcdefghijklm yy")].map((byte) => Uint8Array.of(byte));
  assert.equal(await stream(bytes, secrets), "xx [secret] yy");
});

Deno.test("a redaction changes nothing else, and nothing where there is no secret", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  async function* source() {
    for (let at = 0; at < bytes.length; at += 777) yield bytes.slice(at, at + 777);
  }
  for (const secrets of [[], [SECRET]]) {
    const parts: number[] = [];
    for await (const part of createRedaction(secrets).bytes(source())) parts.push(...part);
    assert.deepEqual(new Uint8Array(parts), bytes);
  }
});
