import assert from "@std/assert";
import { createRedaction } from "../../../../supabase/functions/_shared/egress/redact.ts";

const SECRET = `sk-live/Ab+9"<&>'é~${"x".repeat(9)}`;
const encoder = new TextEncoder();
const hex = (text: string) =>
  [...encoder.encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (text: string) => btoa(String.fromCharCode(...encoder.encode(text)));
const url64 = (text: string) =>
  base64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const unicode = (text: string) =>
  [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
const escaped = (text: string, chars: RegExp) => text.replace(chars, unicode);
const numeric = (text: string, write: (code: number) => string) =>
  text.replace(/[^a-z0-9]/gi, (char) => `&#${write(char.charCodeAt(0))};`);
const broken = (text: string, end: string) => text.replace(/.{16}/g, `$&${end}`);

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
  "json of Go and JavaScript": escaped(JSON.stringify(SECRET), /[<>&]/g),
  "json of Gson": escaped(JSON.stringify(SECRET), /[<>&=']/g),
  "json of .NET": escaped(SECRET, /[<>&'"+é]/g).replace(/u..../g, (hex) => hex.toUpperCase())
    .replaceAll("\\U", "\\u"),
  "json of nothing but escapes": unicode(SECRET),
  "json in json": JSON.stringify(escaped(JSON.stringify(SECRET), /[<>&+]/g)),
  "a JavaScript string": SECRET.replace(
    /[^a-z0-9]/gi,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  ),
  "a string of another language": SECRET.replace(
    /[^a-z0-9]/gi,
    (char) => `\\u{${char.charCodeAt(0).toString(16)}}`,
  ),
  "percent-encoded but for slashes": encodeURIComponent(SECRET).replaceAll("%2F", "/"),
  "percent-encoded wholly": hex(SECRET).replace(/../g, "%$&"),
  "percent-encoded twice": encodeURIComponent(encodeURIComponent(SECRET)),
  "percent-encoded in json": JSON.stringify(encodeURIComponent(SECRET).replaceAll("%2F", "/"))
    .replaceAll("/", "\\/"),
  "html in numbers": numeric(SECRET, String),
  "html in longer numbers": numeric(SECRET, (code) => `0${code}`),
  "html in hex": numeric(SECRET, (code) => `x${code.toString(16)}`),
  "html in names": SECRET.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("+", "&plus;").replaceAll("/", "&sol;").replaceAll("'", "&apos;"),
  "base64 in a URL": encodeURIComponent(base64(SECRET)),
  "base64 in lines": broken(base64(`user:${SECRET}`), "\r\n"),
  "base64 in indented lines": broken(base64(SECRET), "\n    "),
  "base64 in lines in json": JSON.stringify(broken(base64(SECRET), "\n")),
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
  const parts: Uint8Array[] = [];
  for await (const part of createRedaction(secrets).bytes(source())) parts.push(part);
  return await new Response(new Blob(parts.map((part) => new Uint8Array(part)))).text();
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

Deno.test("a redaction finds an escaped secret that lies across chunks, wherever they are cut", async () => {
  const secret = "pa&ss \u{1f511}wörd+12";
  const ways = [
    unicode(secret.replace("\u{1f511}", "?")).replace("\\u003f", "\\ud83d\\udd11"),
    new URLSearchParams({ "": secret }).toString().slice(1),
    [...secret].map((char) => `&#${char.codePointAt(0)};`).join(""),
    broken(base64(secret), "\r\n"),
  ];
  for (const way of ways) {
    const whole = encoder.encode(`before \\ % & ${way} after`);
    for (let cut = 0; cut <= whole.length; cut++) {
      const clean = await stream([whole.subarray(0, cut), whole.subarray(cut)], [secret]);
      assert.equal(clean, "before \\ % & [secret] after", `${way} cut at ${cut}`);
    }
  }
});

/** What takes a search that begins anew at each byte, or keeps every beginning, for ever. */
const TIRING: [secret: string, unit: string][] = [
  [`${"a".repeat(4_095)}b`, "a"],
  [`${"a".repeat(4_095)}b`, "%61"],
  [`${"a".repeat(4_095)}b`, "\\u0061"],
  [`${"a".repeat(4_095)}b`, "&#97;"],
  [`${"ab".repeat(2_048)}c`, "ab"],
  ["%".repeat(4_096), "%25"],
  ["aaaaaaa", "a"],
  ["aaaaaaa", "aaaaaaa,"],
  ["\\&%\n".repeat(1_024), "\\&%\n"],
];

Deno.test("a redaction takes time in proportion to an answer, whatever secret and answer are", async () => {
  for (const [secret, unit] of TIRING) {
    const body = unit.repeat(Math.ceil(256 * 1024 / unit.length));
    const started = performance.now();
    createRedaction([secret]).text(body);
    const whole = encoder.encode(body);
    const chunks = Array.from(
      { length: 64 },
      (_, at) => whole.subarray(at * 4096, (at + 1) * 4096),
    );
    await stream(chunks, [secret]);
    const ms = performance.now() - started;
    // A tenth of a second each where nothing else runs; a minute and more where it is quadratic.
    assert.ok(ms < 8_000, `${secret.slice(0, 8)} in ${unit}: ${ms} ms`);
  }
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
