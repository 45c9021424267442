import { assertExact, REQUESTS } from "./load.ts";

for (const [count, processes] of [[1, "one process"], [4, "four processes"]] as const) {
  Deno.test(`of ${REQUESTS} requests, 50 at once, exactly the budget passes: ${processes}, Postgres`, () =>
    assertExact(count, undefined, ["user", "key"]));
}
