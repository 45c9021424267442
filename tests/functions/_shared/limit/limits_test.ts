import assert from "@std/assert";
import { IsolateStore } from "../../../../supabase/functions/_shared/limit/isolate.ts";
import {
  type Charge,
  limitsOver,
  rateLimitHeaders,
  Spent,
} from "../../../../supabase/functions/_shared/limit/limits.ts";
import type { Store } from "../../../../supabase/functions/_shared/limit/store.ts";
import { testStack } from "../../../stack.ts";
import { limitsAt, serveRedis } from "./fake_redis.ts";

const ADDRESS = "198.51.100.7";

/** Limits over a store that can be switched off, and what it was asked. */
function switchable() {
  const asked: string[] = [];
  const state = { down: false, ms: 0 };
  const inner = new IsolateStore();
  const store: Store = {
    admit: (...args) => ask("admit", () => inner.admit(...args)),
    take: (...args) => ask("take", () => inner.take(...args)),
    peek: (...args) => ask("peek", () => inner.peek(...args)),
    strike: (...args) => ask("strike", () => inner.strike(...args)),
    blocks: () => ask("blocks", () => inner.blocks()),
    find: (...args) => ask("find", () => inner.find(...args)),
    lift: (...args) => ask("lift", () => inner.lift(...args)),
  };
  function ask<T>(what: string, work: () => Promise<T>): Promise<T> {
    asked.push(what);
    return state.down ? Promise.reject(new Error("down")) : work();
  }
  const lines: string[] = [];
  const log = (_level: string, event: string) => void lines.push(event);
  const limits = limitsOver({ kind: "upstash", store, log, now: () => state.ms });
  return { limits, asked, state, lines, inner };
}

function charge(fields: Partial<Charge> = {}): Charge {
  return { budget: "write", subject: "user:ann", quota: 3, windowS: 60, ...fields };
}

Deno.test("who has spent a budget is told when to come back, and how it stands", async () => {
  const { limits } = switchable();
  for (let i = 0; i < 3; i++) await limits.take([charge()]);
  const err = await limits.take([charge()]).catch((err) => err);
  assert.ok(err instanceof Spent);
  assert.equal(err.code, "rate_limited");
  assert.ok(Number(err.retryAfter) >= 1 && Number(err.retryAfter) <= 61);
  assert.match(String(rateLimitHeaders(err.allowances).ratelimit), /^"write";r=0;t=\d+$/);
});

Deno.test("budgets, users and keys are counted apart, and paid for together", async () => {
  const { limits } = switchable();
  const key = charge({ subject: "key:k1", quota: 2 });
  for (let i = 0; i < 2; i++) await limits.take([charge(), key]);
  await assert.rejects(limits.take([charge(), key]), { code: "rate_limited" });
  const [left] = await limits.peek([charge()]);
  assert.equal(left?.remaining, 1, "the user has not paid for what the key was refused");
  await limits.take([charge({ budget: "read" })]);
  await limits.take([charge({ subject: "user:bob" })]);
});

Deno.test("an address that is blocked is refused before anything of it is counted", async () => {
  const { limits, asked } = switchable();
  for (let i = 0; i < 10; i++) await limits.strike(ADDRESS, "auth_failed");
  asked.length = 0;
  for (const budget of ["read", "write", "execute", "stream"] as const) {
    await assert.rejects(limits.admit(ADDRESS, budget), { code: "address_blocked" });
  }
  assert.deepEqual(asked, [], "for a second, nobody is asked again");
  await limits.admit("198.51.100.8", "read");
});

Deno.test("one block is told of once, however many strikes race", async () => {
  const { limits, lines } = switchable();
  const told = await Promise.all(
    Array.from({ length: 50 }, () => limits.strike(ADDRESS, "probing")),
  );
  assert.deepEqual(told.filter(Boolean), [{ rule: "probing", offence: 1, durationS: 60 }]);
  assert.deepEqual(lines, ["address_blocked"]);
});

Deno.test("all of the addresses of one network are one, and no spelling is another", async () => {
  const { limits } = switchable();
  for (let i = 0; i < 30; i++) await limits.strike(`2001:db8:1:2::${i}`, "probing");
  for (const spelling of ["2001:db8:1:2::/64", "2001:DB8:1:2:ffff::1"]) {
    await assert.rejects(limits.admit(spelling, "read"), { code: "address_blocked" });
  }
  await limits.admit("2001:db8:1:3::1", "read");
  assert.equal(await limits.blocks.lift("2001:db8:0001:2::9"), true);
  await limits.admit("2001:db8:1:2::1", "read");
});

Deno.test("who lifts a block is told of it while it stands, and can leave it standing", async () => {
  const { limits, asked, inner } = switchable();
  for (let i = 0; i < 10; i++) await limits.strike(ADDRESS, "auth_failed");
  asked.length = 0;
  const refuse = () => Promise.reject(new Error("no entry"));
  await assert.rejects(limits.blocks.lift(`::ffff:${ADDRESS}`, refuse), /no entry/);
  assert.deepEqual(asked, ["find"]);
  const told: string[] = [];
  const lifted = await limits.blocks.lift(`::ffff:${ADDRESS}`, async ({ address }) => {
    told.push(address, String((await inner.find(address))?.rule));
  });
  assert.deepEqual([lifted, told], [true, [ADDRESS, "auth_failed"]]);
  assert.equal(await limits.blocks.lift(ADDRESS, refuse), false, "there is nothing to tell of");
});

Deno.test("nobody can have all clients blocked whose address cannot be told", async () => {
  const { limits, lines } = switchable();
  for (let i = 0; i < 100; i++) await limits.strike("unknown", "auth_failed");
  for (let i = 0; i < 100; i++) await limits.strike("not an address", "auth_failed");
  await limits.admit("unknown", "write");
  assert.deepEqual(lines, ["address_unknown"], "the operator hears of it");
  assert.equal(await limits.blocks.lift("unknown"), false);
});

Deno.test("an address may ask 1,200 times a minute, whatever for, and no store is asked where there is none", async () => {
  const { limits, asked } = switchable();
  for (let i = 0; i < 1_200; i++) await limits.admit(ADDRESS, i % 2 ? "read" : "execute");
  await assert.rejects(limits.admit(ADDRESS, "read"), { code: "rate_limited" });
  asked.length = 0;
  await limits.admit(undefined, "execute");
  assert.equal(await limits.strike(undefined, "auth_failed"), undefined);
  assert.deepEqual(asked, []);
});

Deno.test("a block that is known here holds also while nobody can be asked", async () => {
  const { limits, state } = switchable();
  for (let i = 0; i < 10; i++) await limits.strike(ADDRESS, "auth_failed");
  state.down = true;
  for (const budget of ["read", "execute"] as const) {
    await assert.rejects(limits.admit(ADDRESS, budget), { code: "address_blocked" });
  }
  await assert.rejects(limits.admit("198.51.100.8", "execute"), { code: "limiter_unavailable" });
});

Deno.test("when the store is back, it counts again, and that is logged", async () => {
  const { limits, state, lines } = switchable();
  state.down = true;
  for (let i = 0; i < 5; i++) await assert.rejects(limits.take([charge()]));
  state.down = false;
  await assert.rejects(limits.take([charge()]), { code: "limiter_unavailable" });
  state.ms += 2_000;
  const [allowance] = await limits.take([charge()]);
  assert.deepEqual([allowance?.counted, allowance?.remaining], [true, 2]);
  assert.deepEqual(lines, ["limiter_failed_closed", "limiter_recovered"]);
  assert.deepEqual(limits.health(), { store: "upstash", failed_open: 0, failed_closed: 6 });
});

Deno.test("a subject that is long or odd is counted, and reaches the store as a hash", async () => {
  await using redis = serveRedis(async (request) => {
    const commands: string[][] = await request.json();
    for (const [, , , ...words] of commands) sent.push(...words.map(String));
    return Response.json(commands.map(() => ({ result: [2, 3] })));
  });
  const sent: string[] = [];
  const odd = [`user:${"x".repeat(100_000)}`, "user:\0", "user:é", "user:*", "user:a b", "USER:A"];
  for (const subject of odd) await redis.limits.take([charge({ subject })]);
  const keys = sent.filter((word) => word.startsWith("cloister:limit:"));
  assert.equal(keys.length, 2 * odd.length);
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.match(key, /^cloister:limit:write:sha256:[0-9a-f]{64}:\d+$/);
});

Deno.test("a request costs Redis one round trip at the door, and one to pay", async () => {
  let trips = 0;
  const { redis: { url, token } } = testStack();
  await using counting = serveRedis(async (request) => {
    trips++;
    const { pathname } = new URL(request.url);
    return await fetch(`${url}${pathname}`, {
      method: "POST",
      headers: request.headers,
      body: await request.text(),
    });
  });
  const { limits } = limitsAt(counting.url, token);
  const windows = ["user", "key"].map((who) =>
    charge({ subject: `${who}:${crypto.randomUUID()}` })
  );
  await limits.admit(ADDRESS, "write");
  await limits.take(windows);
  trips = 0;
  await limits.admit(ADDRESS, "write");
  assert.equal(trips, 1);
  await limits.take(windows);
  assert.equal(trips, 2);
  await Promise.all(Array.from({ length: 100 }, () => limits.admit(ADDRESS, "write")));
  assert.equal(trips, 3, "those who ask at the same moment travel together");
});
