import assert from "@std/assert";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { IsolateStore } from "../../../../supabase/functions/_shared/limit/isolate.ts";
import { PostgresStore } from "../../../../supabase/functions/_shared/limit/postgres.ts";
import { RULES } from "../../../../supabase/functions/_shared/limit/rules.ts";
import type { Draw, Rule, Store } from "../../../../supabase/functions/_shared/limit/store.ts";
import { UpstashStore } from "../../../../supabase/functions/_shared/limit/upstash.ts";
import { createService } from "../../../../supabase/functions/_shared/service.ts";
import { newAddress, testStack } from "../../../stack.ts";
import { normalAddress } from "../../../../supabase/functions/_shared/limit/address.ts";

const stack = testStack();

const STORES: Record<string, () => Store> = {
  Upstash: () => new UpstashStore(stack.redis, 10_000),
  Postgres: () => new PostgresStore(createService(readEnv(stack.env))(), 10_000),
  isolate: () => new IsolateStore(),
};

/** A rule that is over soon. */
const SHORT: Rule = { name: "auth_failed", threshold: 3, windowS: 60, durationsS: [1, 2] };

function address(): string {
  return normalAddress(newAddress()) ?? "";
}

/** A bucket that nobody else pays from, in a window that does not end during the test. */
function bucket(quota: number): Draw {
  const left = (windowS: number) => windowS - (Date.now() / 1000) % windowS;
  const windowS = [3_600, 5_400, 7_000].find((windowS) => left(windowS) > 120) ?? 9_000;
  return { bucket: `write:user:${crypto.randomUUID()}`, quota, windowS };
}

async function strikes(store: Store, from: string, rule: Rule, count: number) {
  const all = [];
  for (let i = 0; i < count; i++) all.push(await store.strike(from, rule));
  return all;
}

/** Until the address is let in again. */
async function freed(store: Store, from: string): Promise<void> {
  while ((await store.admit(from, bucket(1))).blockedMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const [name, open] of Object.entries(STORES)) {
  Deno.test(`${name}: exactly the budget passes, however many ask at once`, async () => {
    const store = open();
    const draw = bucket(20);
    const answers = (await Promise.all(Array.from({ length: 60 }, () => store.take([draw]))))
      .flat();
    assert.equal(answers.filter(({ success }) => success).length, 20);
    const left = answers.filter(({ success }) => success).map(({ remaining }) => remaining);
    assert.deepEqual(left.toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
    for (const { success, remaining, resetMs } of answers) {
      assert.ok(resetMs > 0 && resetMs <= draw.windowS * 1000);
      assert.ok(success || remaining === 0);
    }
  });

  Deno.test(`${name}: who cannot pay from all buckets pays from none`, async () => {
    const store = open();
    const [wide, narrow] = [bucket(20), bucket(3)];
    for (let i = 0; i < 10; i++) {
      const [one, other] = await store.take([wide, narrow]);
      assert.equal(one?.success && other?.success, i < 3);
    }
    const [one, other] = await store.peek([wide, narrow]);
    assert.deepEqual([one?.remaining, other?.remaining], [17, 0]);
  });

  Deno.test(`${name}: a quota of nothing lets nothing through, and another quota holds at once`, async () => {
    const store = open();
    const draw = bucket(0);
    assert.equal((await store.take([draw]))[0]?.success, false);
    assert.equal((await store.take([{ ...draw, quota: 2 }]))[0]?.success, true);
    assert.equal((await store.take([{ ...draw, quota: 1 }]))[0]?.success, false);
    assert.equal((await store.take([{ ...draw, quota: 2 }]))[0]?.remaining, 0);
  });

  Deno.test(`${name}: looking takes nothing`, async () => {
    const store = open();
    const draw = bucket(2);
    for (let i = 0; i < 5; i++) {
      const [seen] = await store.peek([draw]);
      assert.deepEqual([seen?.success, seen?.remaining], [true, 2]);
    }
    await store.take([draw]);
    await store.take([draw]);
    assert.equal((await store.peek([draw]))[0]?.success, false);
  });

  Deno.test(`${name}: a window that has ended is forgotten, share by share`, async () => {
    const store = open();
    const draw = { ...bucket(1), windowS: 1 };
    const deadline = Date.now() + 15_000;
    const until = async (wanted: boolean) => {
      while ((await store.take([draw]))[0]?.success !== wanted) assert.ok(Date.now() < deadline);
    };
    await until(true);
    await until(false);
    await until(true);
  });

  Deno.test(`${name}: the strike that is one too many blocks, however many race`, async () => {
    const store = open();
    const from = address();
    const rule = RULES.auth_failed;
    const struck = await Promise.all(Array.from({ length: 40 }, () => store.strike(from, rule)));
    const offences = struck.map(({ offence }) => offence).filter((offence) => offence > 0);
    assert.deepEqual([...new Set(offences)], [1]);
    assert.equal(struck.filter(({ blockedMs }) => blockedMs === 0).length, 9);
    const { blockedMs } = await store.admit(from, bucket(10));
    assert.ok(blockedMs > 55_000 && blockedMs <= 60_000, `${blockedMs}`);
  });

  Deno.test(`${name}: rules count apart, addresses count apart`, async () => {
    const store = open();
    const [one, other] = [address(), address()];
    await strikes(store, one, RULES.auth_failed, 9);
    await strikes(store, one, RULES.probing, 29);
    await strikes(store, one, RULES.rate_limited, 19);
    await strikes(store, other, RULES.auth_failed, 9);
    for (const from of [one, other]) {
      assert.equal((await store.admit(from, bucket(10))).blockedMs, 0);
    }
    assert.equal((await store.strike(one, RULES.probing)).offence, 1);
    assert.equal((await store.admit(other, bucket(10))).blockedMs, 0);
  });

  Deno.test(`${name}: blocks grow with each offence, and end by themselves`, async () => {
    const store = open();
    const from = address();
    for (const [offence, seconds] of [[1, 1], [2, 2]] as const) {
      const [, , last] = await strikes(store, from, SHORT, 3);
      assert.equal(last?.offence, offence);
      assert.ok(last.blockedMs > seconds * 1000 - 500 && last.blockedMs <= seconds * 1000);
      // While the block stands nothing counts: neither for this offence nor for the next one.
      for (const { blockedMs } of await strikes(store, from, SHORT, 5)) {
        assert.ok(blockedMs > 0 && blockedMs <= last.blockedMs);
      }
      if (offence < 2) await freed(store, from);
    }
  });

  Deno.test(`${name}: blocks are listed, and a lifted one is forgotten with all that led to it`, async () => {
    const store = open();
    const [from, other] = [address(), address()];
    await strikes(store, from, RULES.probing, 30);
    await strikes(store, other, SHORT, 3);
    const listed = (await store.blocks()).find((block) => block.address === from);
    assert.deepEqual(await store.find(from), listed);
    assert.deepEqual([listed?.rule, listed?.offence], ["probing", 1]);
    const [at, until] = [listed?.blocked_at, listed?.blocked_until].map((text) =>
      Date.parse(text ?? "")
    );
    assert.ok(Math.abs(Number(until) - Number(at) - 60_000) < 1_000);
    await strikes(store, from, RULES.auth_failed, 9);
    assert.equal(await store.lift(from), true);
    assert.equal(await store.lift(from), false);
    assert.equal(await store.find(from), undefined);
    assert.equal((await store.admit(from, bucket(10))).blockedMs, 0);
    assert.equal((await store.blocks()).some((block) => block.address === from), false);
    assert.equal((await strikes(store, from, RULES.probing, 30)).at(-1)?.offence, 1);
    await freed(store, other);
    assert.equal(await store.find(other), undefined);
    assert.equal((await store.blocks()).some((block) => block.address === other), false);
    assert.equal(await store.lift(other), false);
  });
}
