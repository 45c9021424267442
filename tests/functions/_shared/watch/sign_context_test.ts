import assert from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Reply } from "../../../../supabase/functions/_shared/db.ts";
import { createSignContext } from "../../../../supabase/functions/_shared/watch/sign_context.ts";
import { OUTAGE } from "./place.ts";

const KEY = "00ff".repeat(16);
const CONTEXT = { requestId: "req-1", address: "192.0.2.7", userAgent: "curl/8" };

/** A signer whose database answers these, one after the other; the last one again and again. */
function createSigner(...replies: (Reply<unknown> | Promise<Reply<unknown>>)[]) {
  const place = { asked: 0, logged: 0, at: 0 };
  const sign = createSignContext({
    service: async (name) => {
      assert.equal(name, "context_key");
      const reply = replies[Math.min(place.asked++, replies.length - 1)];
      assert.ok(reply);
      return await reply;
    },
    log: () => void place.logged++,
    now: () => place.at,
  });
  return { sign, place };
}

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

Deno.test("a context is signed as the contract says: the mark is a nested hash under the key", async () => {
  const { sign } = createSigner({ data: KEY, error: null });
  const header = await sign(CONTEXT) ?? "";
  const [payload = "", mark] = header.split(".");
  const key = Buffer.from(KEY, "hex");
  assert.equal(mark, sha256(key, sha256(key, Buffer.from(payload))).toString("hex"));
  assert.deepEqual(JSON.parse(Buffer.from(payload, "base64url").toString()), {
    request_id: "req-1",
    address: "192.0.2.7",
    user_agent: "curl/8",
  });
});

Deno.test("a context is a header, whatever user agent a stranger has sent", async () => {
  const { sign } = createSigner({ data: KEY, error: null });
  const userAgent = "\r\n\ud83d" + "é\u0000".repeat(5_000);
  const header = await sign({ requestId: "r", address: undefined, userAgent }) ?? "";
  assert.match(header, /^[\w-]+\.[0-9a-f]{64}$/);
  assert.ok(header.length < 6_000, `${header.length} characters`);
  const said = JSON.parse(Buffer.from(header.split(".")[0] ?? "", "base64url").toString());
  assert.equal(said.address, null);
  assert.equal(said.user_agent.length, 512);
});

Deno.test("the key is fetched once, however many requests come at once", async () => {
  const { sign, place } = createSigner({ data: KEY, error: null });
  const headers = await Promise.all(Array.from({ length: 50 }, () => sign(CONTEXT)));
  assert.equal(new Set(headers).size, 1);
  await sign(CONTEXT);
  assert.equal(place.asked, 1);
});

Deno.test("without a key calls go out unsigned, and the database is asked again after a while", async () => {
  for (const bad of [OUTAGE, { data: "zz", error: null }, { data: null, error: null }]) {
    const { sign, place } = createSigner(bad, { data: KEY, error: null });
    const headers = await Promise.all([sign(CONTEXT), sign(CONTEXT), sign(CONTEXT)]);
    assert.deepEqual(headers, [undefined, undefined, undefined]);
    assert.equal(await sign(CONTEXT), undefined);
    assert.deepEqual(place, { asked: 1, logged: 1, at: 0 });
    place.at = 5_000;
    assert.match(await sign(CONTEXT) ?? "", /^[\w-]+\.[0-9a-f]{64}$/);
    assert.equal(place.asked, 2);
  }
});
