import assert from "@std/assert";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { generateKey } from "../../../../supabase/functions/_shared/auth/key.ts";
import type { Service } from "../../../../supabase/functions/_shared/service.ts";
import { CONTEXT, door, fakeService, ISSUER, newClock, project, refusedWith, USER } from "./rig.ts";

const KEY_ID = "0b5b8f1c-0000-4c0c-9a3e-0d8d3b9d6f22";
const made = await generateKey("live");
const header = `Bearer ${made.key}`;

/** A database with one key, whose state a test may change. */
function database(known: Record<string, unknown> = {}) {
  const key = { id: KEY_ID, owner_id: USER, state: "live", expires_at: null, ...known };
  const { service, asked } = fakeService({
    authenticate_key: ({ public_id, secret_hash }) =>
      public_id === made.publicId && secret_hash === made.secretHash ? key : null,
  });
  return { key, service, asked };
}

Deno.test("a key is exchanged for a token of its owner's that names the key and lives a minute", async () => {
  const clock = newClock();
  const { service, asked } = database();
  const { authenticate } = await door({ signing: project, service, clock });
  const caller = await authenticate(header, CONTEXT);
  assert.deepEqual([caller.userId, caller.keyId, caller.via], [USER, KEY_ID, "key"]);
  const minted = await caller.token();
  const at = clock.now() / 1000;
  assert.deepEqual(decodeJwt(minted), {
    role: "authenticated",
    cloister_key: KEY_ID,
    iss: ISSUER,
    aud: "authenticated",
    sub: USER,
    iat: at,
    exp: at + 60,
  });
  assert.deepEqual(decodeProtectedHeader(minted), { alg: "ES256", typ: "JWT", kid: "k1" });
  assert.deepEqual(asked.map(({ args }) => args), [{
    public_id: made.publicId,
    secret_hash: made.secretHash,
  }]);
});

Deno.test("a hundred requests with one key at once are one question, and so are the next 40 s", async () => {
  const clock = newClock();
  const { service, asked } = database();
  const { authenticate } = await door({ signing: project, service, clock });
  const callers = await Promise.all(
    Array.from({ length: 100 }, () => authenticate(header, CONTEXT)),
  );
  assert.equal(asked.length, 1);
  clock.pass(39);
  await authenticate(header, CONTEXT);
  assert.equal(asked.length, 1);
  clock.pass(2);
  const token = await callers[0]?.token() ?? "";
  assert.equal(asked.length, 2);
  assert.ok(Number(decodeJwt(token).exp) * 1000 - clock.now() >= 20_000);
});

Deno.test("a key that was revoked is refused within a minute, also to who is in already", async () => {
  const clock = newClock();
  const { key, service } = database();
  const { authenticate } = await door({ signing: project, service, clock });
  const caller = await authenticate(header, CONTEXT);
  key.state = "revoked";
  clock.pass(60);
  await refusedWith(authenticate(header, CONTEXT), "key_revoked");
  await refusedWith(caller.token(), "key_revoked");
});

Deno.test("a token is never handed out that lives longer than its key", async () => {
  const clock = newClock();
  const expires_at = new Date(clock.now() + 25_500).toISOString();
  const { service } = database({ expires_at });
  const { authenticate } = await door({ signing: project, service, clock });
  const minted = await (await authenticate(header, CONTEXT)).token();
  assert.equal(Number(decodeJwt(minted).exp), Math.floor((clock.now() + 25_500) / 1000));
});

for (const [state, code] of [["expired", "key_expired"], ["revoked", "key_revoked"]] as const) {
  Deno.test(`who has the right secret of an ${state} key is told so`, async () => {
    const { service } = database({ state });
    await refusedWith(
      (await door({ signing: project, service })).authenticate(header, CONTEXT),
      code,
    );
  });
}

Deno.test("a quarantined key is refused as that", async () => {
  const { service } = database({ state: "quarantined" });
  const { authenticate } = await door({ signing: project, service });
  await refusedWith(authenticate(header, CONTEXT), "key_quarantined");
});

Deno.test("an unknown key, a wrong secret and a malformed key are told the same", async () => {
  const { service, asked } = database();
  const { authenticate } = await door({ signing: project, service });
  const stranger = await generateKey("live");
  const [, , , tail = ""] = stranger.key.split("_");
  const wrong = [
    stranger.key,
    `ck_live_${made.publicId}_${tail}`,
    made.key.slice(0, -1),
    `${made.key}0`,
    made.key.replace("ck_live", "ck_test"),
    (await generateKey("test")).key,
    "ck_live_",
    "ck_",
    `ck_live_${"x".repeat(5_000)}`,
    made.key.toLowerCase(),
  ];
  const told = new Set<string>();
  for (const key of wrong) {
    await authenticate(`Bearer ${key}`, CONTEXT).then(() => assert.fail(key), (err) => {
      told.add(JSON.stringify([err.code, err.detail, err.retryAfter, err.items]));
    });
  }
  assert.equal(told.size, 1);
  assert.match([...told].join(), /^\["key_invalid"/);
  assert.equal(asked.length, 1, "only what can be a key is asked about");
});

Deno.test("what was refused is asked again the next time: nothing wrong is remembered", async () => {
  const { key, service } = database({ state: "quarantined" });
  const { authenticate } = await door({ signing: project, service });
  await refusedWith(authenticate(header, CONTEXT), "key_quarantined");
  key.state = "live";
  assert.equal((await authenticate(header, CONTEXT)).keyId, KEY_ID);
});

Deno.test("a thousand keys are remembered, and then the longest unused is asked about again", async () => {
  const { service, asked } = fakeService({
    authenticate_key: ({ public_id }) => ({
      id: crypto.randomUUID(),
      owner_id: USER,
      state: "live",
      expires_at: null,
      public_id,
    }),
  });
  const { authenticate } = await door({ signing: project, service });
  const keys = await Promise.all(Array.from({ length: 1_001 }, () => generateKey("live")));
  for (const { key } of keys) await authenticate(`Bearer ${key}`, CONTEXT);
  await authenticate(`Bearer ${keys.at(-1)?.key}`, CONTEXT);
  assert.equal(asked.length, 1_001);
  await authenticate(`Bearer ${keys[0]?.key}`, CONTEXT);
  assert.equal(asked.length, 1_002);
});

Deno.test("a key lets nobody in while the database cannot be asked", async () => {
  const down: Service = () =>
    Promise.resolve({ data: null, error: { ...NO_ANSWER, name: "PostgrestError" } });
  const { authenticate } = await door({ signing: project, service: () => down });
  await refusedWith(authenticate(header, CONTEXT), "database_unavailable");
});

const NO_ANSWER = {
  message: "fetch failed",
  details: "",
  hint: "",
  code: "",
  toJSON: () => ({ name: "", message: "", details: "", hint: "", code: "" }),
};

Deno.test("without a signing key there are no API keys, and that is said", async () => {
  const { service, asked } = database();
  await refusedWith(
    (await door({ service })).authenticate(header, CONTEXT),
    "api_keys_unavailable",
  );
  assert.equal(asked.length, 0);
});

Deno.test("what is sealed for evidence is nobody's token", async () => {
  const { createSigner } = await import("../../../../supabase/functions/_shared/auth/signer.ts");
  const { signingKey } = await import("./rig.ts");
  const signer = createSigner(await signingKey(project), { issuer: ISSUER });
  const claims = { sub: USER, role: "service_role", aud: "authenticated", iss: ISSUER, exp: 9e9 };
  const sealed = await signer.seal("evidence", claims);
  assert.deepEqual(decodeJwt(sealed), { cloister_evidence: claims });
  const { authenticate } = await door({ signing: project });
  await refusedWith(authenticate(`Bearer ${sealed}`, CONTEXT), "token_invalid");
});
