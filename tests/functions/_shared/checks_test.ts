import assert from "@std/assert";
import { createChecks } from "../../../supabase/functions/_shared/checks.ts";

Deno.test("checks say what is down, and whether the function can do its work without it", async () => {
  const checks = createChecks();
  checks.add("database", () => Promise.resolve(), true);
  assert.deepEqual(await checks.look(), { status: "ok", checks: { database: "ok" } });
  const worse = createChecks();
  worse.add("database", () => Promise.resolve(), true);
  worse.add("limiter", () => Promise.reject(new Error("x")), false);
  assert.deepEqual(await worse.look(), {
    status: "degraded",
    checks: { database: "ok", limiter: "down" },
  });
  worse.add("engine", () => Promise.reject(new Error("x")), true);
});

Deno.test("however many ask, what is behind is asked once in five seconds", async () => {
  let now = 0;
  let asked = 0;
  const checks = createChecks(() => now);
  const answer = Promise.withResolvers<void>();
  checks.add("database", () => {
    asked++;
    return answer.promise;
  }, true);
  const crowd = Array.from({ length: 1_000 }, () => checks.look());
  now = 60_000; // and who comes while it takes long waits with the others
  crowd.push(checks.look());
  answer.resolve();
  await Promise.all(crowd);
  now += 4_999;
  await checks.look();
  assert.equal(asked, 1);
  now += 1;
  await checks.look();
  assert.equal(asked, 2);
});

Deno.test("a check that hangs is over after five seconds, and what it waits for is told", async () => {
  const timers: (() => void)[] = [];
  const real = globalThis.setTimeout;
  const fake = (run: () => void, ms: number) => {
    assert.equal(ms, 5_000);
    return timers.push(run);
  };
  Object.assign(globalThis, { setTimeout: fake });
  try {
    let told = false;
    const checks = createChecks();
    checks.add("engine", (signal) => {
      signal.addEventListener("abort", () => told = true);
      return new Promise(() => {});
    }, true);
    const looking = checks.look();
    for (const ring of timers) ring();
    assert.deepEqual(await looking, { status: "unavailable", checks: { engine: "down" } });
    assert.ok(told);
  } finally {
    Object.assign(globalThis, { setTimeout: real });
  }
});
