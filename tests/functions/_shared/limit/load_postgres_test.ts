import assert from "@std/assert";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { PostgresStore } from "../../../../supabase/functions/_shared/limit/postgres.ts";
import { createService } from "../../../../supabase/functions/_shared/service.ts";
import { testStack } from "../../../stack.ts";
import { calmWindowS } from "./hammer.ts";
import { assertExact, REQUESTS } from "./load.ts";

for (const [count, processes] of [[1, "one process"], [4, "four processes"]] as const) {
  Deno.test(`of ${REQUESTS} requests, 50 at once, exactly the budget passes: ${processes}, Postgres`, () =>
    assertExact(count, undefined, ["user", "key"]));
}

Deno.test("calls that take for many from the same buckets, in any order, do not wait in a circle", async () => {
  const service = createService(readEnv(testStack().env))();
  const [id, windowS] = [crypto.randomUUID(), calmWindowS()];
  const draws = Array.from(
    { length: 6 },
    (_, i) => ({ bucket: `write:user:${id}:${i}`, quota: 100, windowS }),
  );
  const stores = Array.from({ length: 4 }, () => new PostgresStore(service));
  const asked = stores.flatMap((store) =>
    Array.from({ length: 150 }, (_, i) => {
      const turned = [...draws.slice(i % 6), ...draws.slice(0, i % 6)];
      return store.take(i % 2 === 0 ? turned.slice(0, 4) : turned.slice(0, 4).toReversed());
    })
  );
  const answers = await Promise.all(asked);
  const paid = answers.filter((drawn) => drawn.every(({ success }) => success)).length * 4;
  const left = await stores[0]?.peek(draws) ?? [];
  const taken = left.map(({ remaining }) => 100 - remaining);
  assert.equal(taken.reduce((sum, each) => sum + each, 0), paid);
  assert.ok(paid > 0 && taken.every((each) => each <= 100));
});
