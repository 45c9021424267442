import assert from "@std/assert";
import type { Sql } from "postgres";
import * as z from "zod";
import { openRing, times } from "./caller.ts";
import { useScratch } from "./database.ts";

const Allowances = z.array(z.object({
  success: z.boolean(),
  remaining: z.int().min(0),
  reset_ms: z.int().min(1),
}));
const Strike = z.object({ blocked_until: z.string().nullable(), offence: z.int() });
const scratch = useScratch();

/** A window that neither ends nor began while a test lasts. */
function windowS(): number {
  const now = Date.now() / 1000;
  const lengths = [86_400, 43_200, 28_800, 21_600];
  const inside = lengths.find((length) => now % length > 600 && now % length < length - 600);
  return inside ?? 17_000;
}

async function take(sql: Sql, charges: readonly { bucket: string; quota: number }[]) {
  const window_s = windowS();
  const text = JSON.stringify(charges.map((charge) => ({ ...charge, window_s })));
  const [row] = await sql`select public.take_tokens(${text}) as taken`;
  return Allowances.parse(row?.taken);
}

Deno.test("four connections that ask five hundred times get exactly the quota", async () => {
  const sql = await openRing(scratch().connect, 4);
  const quota = 700;
  const answers = await times(2_000, () => take(sql, [{ bucket: "user:a", quota }]));
  const taken = answers.flat().filter(({ success }) => success);
  assert.equal(taken.length, quota);
  const left = taken.map(({ remaining }) => remaining).sort((a, b) => a - b);
  assert.deepEqual(left, Array.from({ length: quota }, (_, n) => n), "each token is given once");
});

Deno.test("who pays from two buckets, in whatever order, gets exactly the smaller quota", async () => {
  const sql = await openRing(scratch().connect, 4);
  const charges = [{ bucket: "user:b", quota: 120 }, { bucket: "key:b", quota: 90 }];
  const answers = await times(
    400,
    (n) => take(sql, n % 2 === 0 ? charges : charges.toReversed()),
  );
  const passed = answers.filter((taken) => taken.every(({ success }) => success));
  assert.equal(passed.length, 90);
  const [user] = await take(sql, [{ bucket: "user:b", quota: 120 }]);
  assert.equal(user?.remaining, 29, "what the other bucket refused was not taken");
});

Deno.test("buckets are forgotten while they are used, and none gives more for that", async () => {
  const sql = await openRing(scratch().connect, 4);
  const outcomes = await times(200, async (n) => {
    if (n % 10 === 0) {
      await sql`select app.forget_limits()`;
      return false;
    }
    const [taken] = await take(sql, [{ bucket: "user:c", quota: 50 }]);
    return taken?.success === true;
  });
  assert.equal(outcomes.filter(Boolean).length, 50);
});

Deno.test("ten connections that strike at once block an address once, and for the first time", async () => {
  const sql = await openRing(scratch().connect, 10);
  const answers = await times(40, async (n) => {
    const rule = n % 2 === 0 ? "probing" : "auth_failed";
    const [row] = await sql`
      select public.strike_address('192.0.2.1', ${rule}, 10, 60, '{60,300}') as struck
    `;
    return Strike.parse(row?.struck);
  });
  assert.deepEqual([...new Set(answers.map(({ offence }) => offence))].sort(), [0, 1]);
  const ends = new Set(answers.map(({ blocked_until }) => blocked_until));
  assert.equal(ends.size, 2, "none, and one block");
});
