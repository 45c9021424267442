import assert from "@std/assert";
import { createLimits } from "../../../../supabase/functions/_shared/limit/limits.ts";
import { PostgresStore } from "../../../../supabase/functions/_shared/limit/postgres.ts";
import type { Service } from "../../../../supabase/functions/_shared/service.ts";

const WRITE = { budget: "write", subject: "user:ann", quota: 60, windowS: 60 } as const;
const READ = { ...WRITE, budget: "read" } as const;

/** Limits whose database answers this to whatever it is asked. */
function limitsWith(answer: unknown) {
  const service: Service = (name) => {
    asked.push(name);
    return Promise.resolve({ data: answer, error: null });
  };
  const asked: string[] = [];
  return { asked, limits: createLimits({ upstash: undefined, service, log: () => {} }) };
}

const passes = { success: true, remaining: 59, reset_ms: 1_000 };
const lies: Record<string, unknown> = {
  nothing: null,
  "no list": passes,
  "an empty list": [],
  "two answers to one charge": [passes, passes],
  "less than nothing": [{ ...passes, remaining: -1 }],
  "more than there is": [{ ...passes, remaining: 61 }],
  "half a request": [{ ...passes, remaining: 0.5 }],
  "a text for a yes": [{ ...passes, success: "true" }],
  "a window without an end": [{ ...passes, reset_ms: null }],
  "a window of a thousand years": [{ ...passes, reset_ms: 31_536_000_000_000 }],
  "a window that is over": [{ ...passes, reset_ms: -5 }],
  "a web page": "<html>",
};

for (const [what, answer] of Object.entries(lies)) {
  Deno.test(`a Postgres that answers ${what} is one that is out: writes are refused`, async () => {
    const { limits } = limitsWith(answer);
    await assert.rejects(limits.take([WRITE]), { code: "limiter_unavailable" });
    const [allowance] = await limits.take([READ]);
    assert.equal(allowance?.counted, false);
    assert.deepEqual(limits.health(), { store: "postgres", failed_open: 1, failed_closed: 1 });
  });
}

Deno.test("a Postgres that cannot be reached refuses writes, says nothing of why, and lets reads go on", async () => {
  const lines: string[] = [];
  const limits = createLimits({
    upstash: undefined,
    service: () => Promise.reject(new Error("connect ECONNREFUSED")),
    log: (_level, event) => void lines.push(event),
  });
  const err = await limits.take([WRITE]).catch((err) => err);
  assert.equal(err.code, "limiter_unavailable");
  assert.equal(err.detail, undefined);
  await limits.admit("198.51.100.7", "read");
  assert.deepEqual(lines, ["limiter_failed_closed", "limiter_failed_open"]);
});

Deno.test("a flood of refused requests does not reach the database", async () => {
  const refused = { success: false, remaining: 0, reset_ms: 60_000 };
  const { limits, asked } = limitsWith([refused]);
  for (let i = 0; i < 1_000; i++) {
    await assert.rejects(limits.take([WRITE]), { code: "rate_limited" });
  }
  assert.ok(asked.length < 20, `${asked.length}`);
  const others = asked.length;
  await assert.rejects(limits.take([{ ...WRITE, subject: "user:bob" }]), { code: "rate_limited" });
  assert.equal(asked.length, others + 1, "another's refusal is not theirs");
});

Deno.test("a refusal is not repeated beyond its window", async () => {
  const answers = [
    [{ success: false, remaining: 0, reset_ms: 1 }],
    [{ success: true, remaining: 0, reset_ms: 1_000 }],
  ];
  const service: Service = () => Promise.resolve({ data: answers.shift(), error: null });
  const store = new PostgresStore(service);
  const draw = { bucket: "write:user:ann", quota: 1, windowS: 1 };
  assert.equal((await store.take([draw]))[0]?.success, false);
  const asked = performance.now();
  while (performance.now() - asked < 2);
  assert.equal((await store.take([draw]))[0]?.success, true);
});
