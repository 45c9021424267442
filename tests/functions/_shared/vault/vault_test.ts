import assert from "@std/assert";
import { flattenedDecrypt } from "jose";
import { Fault } from "../../../../supabase/functions/_shared/fault.ts";
import type { MasterKey } from "../../../../supabase/functions/_shared/vault/keys.ts";
import type {
  Binding,
  Sealed,
  StoredSecret,
} from "../../../../supabase/functions/_shared/vault/stored.ts";
import { createVault } from "../../../../supabase/functions/_shared/vault/vault.ts";

const VALUE = "sk-live-0123456789";
const [K1, K2]: readonly MasterKey[] = [newKey("k1"), newKey("k2")];
const BINDING: Binding = {
  id: crypto.randomUUID(),
  ownerId: crypto.randomUUID(),
  agentId: null,
  name: "API_KEY",
  version: 2,
  hosts: ["api.example.com"],
  expiresAt: "2199-01-01T00:00:00.000Z",
};
const ours = createVault({ keys: K1 ? [K1] : [], keeper: "cloister" });

function newKey(kid: string): MasterKey {
  return { kid, bytes: crypto.getRandomValues(new Uint8Array(32)) };
}

/** The fault that opening ends in, and everything that a log would be told of it. */
async function refusal(opening: Promise<string>): Promise<{ code: string; told: string }> {
  const err = await opening.then((value) => assert.fail(`opened: ${value}`), (err) => err);
  assert.ok(err instanceof Fault);
  return { code: err.code, told: Deno.inspect(err, { depth: 10 }) + Deno.inspect(err.cause) };
}

const ELSEWHERE: readonly [string, Partial<Binding>][] = [
  ["another row", { id: crypto.randomUUID() }],
  ["another user", { ownerId: crypto.randomUUID() }],
  ["one agent in place of all", { agentId: crypto.randomUUID() }],
  ["another name", { name: "OTHER_KEY" }],
  ["a later version", { version: 3 }],
  ["an earlier version", { version: 1 }],
  ["other hosts", { hosts: ["evil.example.com"] }],
  ["more hosts", { hosts: ["api.example.com", "evil.example.com"] }],
  ["a later expiry", { expiresAt: "2199-01-01T00:00:00.001Z" }],
  ["no expiry", { expiresAt: null }],
  ["parts that read alike when joined", { name: 'API_KEY",2,["api.example.com' }],
];

for (const keeper of ["cloister", "vault"] as const) {
  const vault = createVault({ keys: K1 ? [K1] : [], keeper });

  Deno.test(`${keeper}: a value opens where it was locked, and nowhere else`, async () => {
    const sealed = await vault.seal(BINDING, VALUE);
    assert.equal(sealed.kid, vault.kid);
    assert.equal(await vault.open({ ...sealed, binding: { ...BINDING } }), VALUE);
    for (const [place, changed] of ELSEWHERE) {
      const binding = { ...BINDING, ...changed };
      const { code, told } = await refusal(vault.open({ ...sealed, binding }));
      assert.equal(code, "internal", place);
      assert.ok(!told.includes(VALUE), `${place}: ${told}`);
    }
  });
}

Deno.test("what is no value of a secret does not open, whoever locked it", async () => {
  for (const keeper of ["cloister", "vault"] as const) {
    const vault = createVault({ keys: K1 ? [K1] : [], keeper });
    for (const value of ["", "short", `${VALUE}\r\nx-evil: 1`, `${VALUE}€`, "x".repeat(4_097)]) {
      const { code, told } = await refusal(
        vault.open({ ...await vault.seal(BINDING, value), binding: BINDING }),
      );
      assert.equal(code, "internal", keeper);
      assert.ok(value.length < 8 || !told.includes(value), told);
    }
  }
});

Deno.test("a locked value is a JWE with a key of its own, and tells no length", async () => {
  const [one, again] = [await ours.seal(BINDING, VALUE), await ours.seal(BINDING, VALUE)];
  const parts = one.sealed.split(".");
  assert.equal(parts.length, 5);
  const header = JSON.parse(atob(parts[0]?.replaceAll("-", "+").replaceAll("_", "/") ?? ""));
  assert.deepEqual([header.alg, header.enc, header.kid], ["A256GCMKW", "A256GCM", "k1"]);
  for (const part of [0, 1, 2, 3, 4]) {
    assert.notEqual(parts[part], again.sealed.split(".")[part], `part ${part}`);
  }
  const longer = await ours.seal(BINDING, `${VALUE}${"x".repeat(200)}`);
  assert.equal(longer.sealed.length, one.sealed.length);
  const [head = "", encrypted_key = "", iv = "", ciphertext = "", tag = ""] = parts;
  const jwe = { protected: head, encrypted_key, iv, ciphertext, tag };
  await assert.rejects(
    flattenedDecrypt(jwe, K1?.bytes ?? new Uint8Array()),
    "no binding, no value",
  );
});

Deno.test("any changed byte of a locked value is noticed", async () => {
  const { kid, sealed } = await ours.seal(BINDING, VALUE);
  for (let at = 0; at < sealed.length; at += 7) {
    // The last character of a part may have bits that mean nothing.
    if ([undefined, "."].includes(sealed[at + 1]) || sealed[at] === ".") continue;
    const char = sealed[at] === "A" ? "B" : "A";
    const spoiled = sealed.slice(0, at) + char + sealed.slice(at + 1);
    const { code } = await refusal(ours.open({ kid, sealed: spoiled, binding: BINDING }));
    assert.equal(code, "internal", `character ${at}`);
  }
  const odd = ["", ".", "....", "a.b.c.d.e", sealed.slice(0, -1), `${sealed}.x`.slice(5)];
  for (const text of odd) {
    assert.equal(
      (await refusal(ours.open({ kid, sealed: text, binding: BINDING }))).code,
      "internal",
    );
  }
});

Deno.test("the key of one value does not lock another's content", async () => {
  const one = (await ours.seal(BINDING, VALUE)).sealed.split(".");
  const two = (await ours.seal({ ...BINDING, id: crypto.randomUUID() }, "other-value")).sealed
    .split(".");
  const mixed = [one[0], one[1], two[2], two[3], two[4]].join(".");
  const { code } = await refusal(ours.open({ kid: "k1", sealed: mixed, binding: BINDING }));
  assert.equal(code, "internal");
});

Deno.test("old keys open, the first one locks, and one that is gone is said to be", async () => {
  assert.ok(K1 && K2);
  const old: StoredSecret = { ...await ours.seal(BINDING, VALUE), binding: BINDING };
  const both = createVault({ keys: [K2, K1], keeper: "cloister" });
  assert.equal(await both.open(old), VALUE);
  assert.equal((await both.seal(BINDING, VALUE)).kid, "k2");
  const gone = await refusal(createVault({ keys: [K2], keeper: "cloister" }).open(old));
  assert.equal(gone.code, "secrets_unavailable");
  const renamed = createVault({ keys: [{ ...K2, kid: "k1" }], keeper: "cloister" });
  assert.equal((await refusal(renamed.open(old))).code, "internal");
});

Deno.test("without a key nothing is locked", async () => {
  const none = createVault({ keys: [], keeper: "cloister" });
  assert.equal(none.kid, undefined);
  await assert.rejects(none.seal(BINDING, VALUE), { code: "secrets_unavailable" });
});

Deno.test("what Vault answers that is no document of ours is quoted nowhere", async () => {
  const vault = createVault({ keys: [], keeper: "vault" });
  const documents = [VALUE, JSON.stringify(VALUE), JSON.stringify({ value: VALUE }), "null", "[]"];
  for (const sealed of documents) {
    const stored: Sealed = { kid: "vault", sealed };
    const { code, told } = await refusal(vault.open({ ...stored, binding: BINDING }));
    assert.equal(code, "internal");
    assert.ok(!told.includes(VALUE), told);
  }
});
