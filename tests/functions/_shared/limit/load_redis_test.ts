import { assertExact, REQUESTS } from "./load.ts";
import { hasRedis, startRedis, where } from "./real_redis.ts";

for (const [count, processes] of [[1, "one process"], [4, "four processes"]] as const) {
  Deno.test({
    name: `of ${REQUESTS} requests, 50 at once, exactly the budget passes: ${processes}, ${where}`,
    ignore: !hasRedis,
    async fn() {
      await using redis = await startRedis();
      await assertExact(count, redis.upstash, ["user"]);
    },
  });
}

Deno.test({
  name: `a user and their key pay for the same requests: exactly the budget passes, ${where}`,
  ignore: !hasRedis,
  async fn() {
    await using redis = await startRedis();
    await assertExact(4, redis.upstash, ["user", "key"]);
  },
});
