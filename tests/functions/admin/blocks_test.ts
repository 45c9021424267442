import assert from "@std/assert";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { IsolateStore } from "../../../supabase/functions/_shared/limit/isolate.ts";
import { limitsOver } from "../../../supabase/functions/_shared/limit/limits.ts";
import { RULES } from "../../../supabase/functions/_shared/limit/rules.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { liftBlock } from "../../../supabase/functions/admin/blocks/lift.ts";
import { ANN, fakePlatform } from "../_shared/platform.ts";
import { expect, newcomer, operator, promise } from "./rig.ts";

const NOBODY = { requestId: "r", address: undefined, userAgent: undefined };

/** Blocks in memory, a database that answers as `write` says, and what it was asked. */
function rig(write: () => Response = () => new Response(null, { status: 204 })) {
  const fake = fakePlatform(write);
  const store = new IsolateStore();
  const { blocks } = limitsOver({ kind: "postgres", store, log: () => {} });
  return {
    ...fake,
    store,
    lift: (address: string) => liftBlock({ db: fake.platform.db(ANN, NOBODY), blocks }, address),
  };
}

function block(store: IsolateStore, address: string, durationS: number) {
  return store.strike(address, { ...RULES.probing, threshold: 1, durationsS: [durationS] });
}

Deno.test("a block that is too far down to be listed can be lifted", async () => {
  await using the = rig();
  for (let i = 0; i < 1_000; i++) await block(the.store, `10.0.${i >> 8}.${i & 255}`, 600);
  await block(the.store, "198.51.100.7", 60);
  const listed = await the.store.blocks();
  assert.deepEqual([listed.length, listed.some(({ address }) => address === "198.51.100.7")], [
    1_000,
    false,
  ]);
  await the.lift("198.51.100.7");
  assert.equal(await the.store.find("198.51.100.7"), undefined);
  assert.deepEqual(the.asked, ["audit_note"]);
});

Deno.test("where no block stands there is no entry, and what was counted still counts", async () => {
  await using the = rig();
  await the.store.strike("198.51.100.7", { ...RULES.probing, threshold: 2 });
  for (const address of ["198.51.100.7", "198.51.100.8", "unknown", "::/64"]) {
    await assert.rejects(the.lift(address), { code: "not_found" });
  }
  assert.deepEqual(the.asked, []);
  const { offence } = await the.store.strike("198.51.100.7", { ...RULES.probing, threshold: 2 });
  assert.equal(offence, 1);
});

Deno.test("no block is lifted without an entry", async () => {
  await using the = rig(() =>
    Response.json({ code: "PT403", message: "forbidden" }, { status: 403 })
  );
  await block(the.store, "198.51.100.7", 60);
  await assert.rejects(the.lift("198.51.100.7"), { code: "forbidden" });
  assert.equal((await the.store.find("198.51.100.7"))?.rule, "probing");
});

Deno.test("a block that cannot be lifted is not said to be", async () => {
  await using the = rig();
  await block(the.store, "198.51.100.7", 60);
  the.store.lift = () => Promise.reject(new Error("down"));
  await assert.rejects(the.lift("198.51.100.7"), { code: "limiter_unavailable" });
  the.store.find = () => Promise.reject(new Error("down"));
  await assert.rejects(the.lift("198.51.100.7"), { code: "limiter_unavailable" });
  assert.deepEqual(the.asked, ["audit_note"], "what cannot be looked up gets no entry");
});

promise("DELETE /admin/blocks/:address knows an address by each of its spellings", async () => {
  await using sql = operator();
  const chief = await newcomer(sql, "admin");
  const { limits } = createPlatform("blocks", readEnv());
  const address = `10.${crypto.getRandomValues(new Uint8Array(3)).join(".")}`;
  for (let strikes = 0; strikes < 10; strikes++) await limits.strike(address, "auth_failed");
  await expect(chief.ask("DELETE", `/admin/blocks/::ffff:${address}`), 204);
  await expect(chief.ask("DELETE", `/admin/blocks/${address}`), 404, "not_found");
  const { body } = await chief.ask("GET", `/admin/audit?action=block.lifted&actor=${chief.id}`);
  assert.deepEqual(body.data.map((it: { resource_id: string }) => it.resource_id), [address]);
});
