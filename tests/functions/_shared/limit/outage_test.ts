import assert from "@std/assert";
import type { Charge, Limits } from "../../../../supabase/functions/_shared/limit/limits.ts";
import { limitsAt } from "./fake_redis.ts";
import { hammer } from "./hammer.ts";
import { charges } from "./load.ts";
import { startProcesses } from "./processes.ts";
import { hasRedis, type RealRedis, startRedis, where } from "./real_redis.ts";

/** Half a second for an answer, and what a busy machine adds to it. */
const QUICK_MS = 1_500;
const MANY = 1_000_000;

/** What is put into a budget, asked until it can be said. */
async function remaining(limits: Limits, paid: readonly Charge[]): Promise<number> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const seen = await limits.peek(paid).catch(() => undefined);
    if (seen?.[0] !== undefined) return seen[0].remaining;
    assert.ok(Date.now() < deadline, "the limiter did not come back");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Until others have paid again. */
async function paysAgain(limits: Limits, paid: readonly Charge[]): Promise<void> {
  const before = await remaining(limits, paid);
  while (await remaining(limits, paid) >= before - 10);
}

const outages: Record<
  string,
  { begin(redis: RealRedis): unknown; end(redis: RealRedis): unknown }
> = {
  frozen: {
    begin: (redis) => redis.signal("SIGSTOP"),
    end: (redis) => redis.signal("SIGCONT"),
  },
  killed: {
    begin: (redis) => redis.kill(),
    end: (redis) => redis.start(),
  },
};

for (const [how, { begin, end }] of Object.entries(outages)) {
  Deno.test({
    name: `while Redis is ${how}, executions are refused at once, reads are counted here: ${where}`,
    ignore: !hasRedis,
    async fn() {
      await using redis = await startRedis();
      const { limits, lines } = limitsAt(redis.upstash.url, redis.upstash.token);
      const [execute, read] = [charges(["user"], 20), charges(["user"], 30)];
      for (const charge of read) charge.budget = "read";
      await hammer(limits, execute, { requests: 10, concurrency: 5 });
      await begin(redis);
      const first = await hammer(limits, execute, { requests: 50, concurrency: 50 });
      assert.deepEqual(Object.keys(first), ["limiter_unavailable"]);
      assert.ok(Number(first.limiter_unavailable?.slowestMs) < QUICK_MS, JSON.stringify(first));
      const later = await hammer(limits, execute, { requests: 1_000, concurrency: 50 });
      assert.equal(later.limiter_unavailable?.count, 1_000);
      const reads = await hammer(limits, read, { requests: 100, concurrency: 50 });
      assert.deepEqual([reads.passed?.count, reads.rate_limited?.count], [30, 70]);
      assert.equal(limits.health().failed_closed, 1_050);
      assert.equal(limits.health().failed_open, 100);
      await end(redis);
      assert.ok(await remaining(limits, execute) <= 10, "what was paid before still counts");
      const after = await hammer(limits, execute, { requests: 100, concurrency: 50 });
      assert.ok(Number(after.passed?.count ?? 0) <= 10);
      assert.equal(await remaining(limits, execute), 0, "and so does what is paid after");
      assert.ok(lines.some(({ event }) => event === "limiter_recovered"));
    },
  });
}

Deno.test({
  name:
    `four processes pay while Redis is frozen, killed and started: nobody passes uncounted, ${where}`,
  ignore: !hasRedis,
  async fn() {
    await using redis = await startRedis();
    const { limits } = limitsAt(redis.upstash.url, redis.upstash.token);
    const paid = charges(["user"], MANY);
    const processes = await startProcesses(4, {
      upstash: redis.upstash,
      charges: paid,
      concurrency: 12,
      pauseMs: 10,
    });
    await paysAgain(limits, paid);
    for (const { begin, end } of Object.values(outages)) {
      await begin(redis);
      for (let failed = 0; failed < 6;) failed += await limits.take(paid).then(() => 0, () => 1);
      await end(redis);
      await paysAgain(limits, paid);
    }
    const { passed, limiter_unavailable, ...others } = await processes.end();
    assert.deepEqual(others, {});
    assert.ok(Number(limiter_unavailable?.count) > 0);
    assert.ok(
      Number(limiter_unavailable?.slowestMs) < QUICK_MS,
      JSON.stringify(limiter_unavailable),
    );
    const taken = MANY - await remaining(limits, paid);
    assert.ok(Number(passed?.count) <= taken, `${passed?.count} passed, ${taken} were paid for`);
  },
});
