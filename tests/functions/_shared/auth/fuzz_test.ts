import assert from "@std/assert";
import fc from "fast-check";
import { base64url, CompactSign } from "jose";
import { Fault, FAULTS } from "../../../../supabase/functions/_shared/fault.ts";
import { CONTEXT, door, fakeService, ISSUER, project, USER } from "./rig.ts";

const { authenticate } = await door({ signing: project, service: fakeService({}).service });
const encoder = new TextEncoder();
const encode = (value: unknown) => base64url.encode(JSON.stringify(value) ?? "");

/** Whatever a header holds: a caller, or a refusal that blames the caller. Answers its code. */
async function codeOf(header: string): Promise<string> {
  try {
    await authenticate(header, CONTEXT);
    return "taken";
  } catch (err) {
    assert.ok(err instanceof Fault, String(err));
    assert.ok([401, 403].includes(FAULTS[err.code][0]), `${err.code}: ${header}`);
    return err.code;
  }
}

/** As HTTP lets a header value be: bytes, each a character. */
const bytes = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)),
});
const someJson = fc.jsonValue({ maxDepth: 2 });

Deno.test("no Authorization header whatever breaks anything or lets anybody in", async () => {
  const header = fc.oneof(
    bytes,
    bytes.map((text) => `Bearer ${text}`),
    fc.tuple(fc.constantFrom("Bearer", "bearer", "Basic", "Token", ""), fc.base64String())
      .map((parts) => parts.join(" ")),
    fc.tuple(fc.constantFrom("ck_live_", "ck_test_", "ck_"), fc.string({ unit: "grapheme-ascii" }))
      .map((parts) => `Bearer ${parts.join("")}`),
  );
  await fc.assert(
    fc.asyncProperty(header, async (text) => assert.notEqual(await codeOf(text), "taken")),
    { numRuns: 2_000 },
  );
});

Deno.test("no head, body or mark of a token whatever breaks anything or lets anybody in", async () => {
  const known = { alg: "ES256", kid: "k1" };
  const head = fc.oneof(someJson, fc.record({ alg: someJson, kid: someJson }), fc.constant(known));
  const parts = fc.tuple(head, someJson, fc.base64String().map((text) => text.replace(/\W/g, "_")));
  await fc.assert(
    fc.asyncProperty(parts, async ([head, body, mark]) => {
      const token = `${encode(head)}.${encode(body)}.${mark}`;
      assert.notEqual(await codeOf(`Bearer ${token}`), "taken");
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("claims that make no sense are refused, however well they are signed", async () => {
  const good = { sub: USER, role: "authenticated", iss: ISSUER, aud: "authenticated", exp: 9e9 };
  const names = fc.constantFrom(
    ...["sub", "role", "iss", "aud", "exp", "nbf", "iat", "is_anonymous", "session_id", "aal"],
    ...["cloister_key", "cloister_issuer", "__proto__", "constructor"],
  );
  await fc.assert(
    fc.asyncProperty(names, someJson, async (name, value) => {
      const claims = Object.fromEntries([...Object.entries(good), [name, value]]);
      const token = await new CompactSign(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: "ES256", kid: "k1" }).sign(project.privateKey);
      const code = await codeOf(`Bearer ${token}`);
      const decides = ["sub", "role", "iss"].includes(name) ||
        name.startsWith("cloister_") || (name === "exp" && typeof value !== "number");
      if (decides) assert.notEqual(code, "taken", `${name}: ${JSON.stringify(value)}`);
    }),
    { numRuns: 1_000 },
  );
});
