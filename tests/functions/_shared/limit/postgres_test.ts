import assert from "@std/assert";
import { createLimits, limitsOver } from "../../../../supabase/functions/_shared/limit/limits.ts";
import { PostgresStore } from "../../../../supabase/functions/_shared/limit/postgres.ts";
import type { Service } from "../../../../supabase/functions/_shared/service.ts";

const WRITE = { budget: "write", subject: "user:ann", quota: 60, windowS: 60 } as const;
const READ = { ...WRITE, budget: "read" } as const;

/** Limits whose database answers this to each take, or to whatever it is asked. */
function limitsWith(answer: unknown, { each = false } = {}) {
  const service: Service = (name, args) => {
    asked.push(name);
    const takes = "charges" in args ? JSON.parse(args.charges) : [];
    return Promise.resolve({ data: each ? takes.map(() => answer) : answer, error: null });
  };
  const asked: string[] = [];
  return { asked, limits: createLimits({ upstash: undefined, service, log: () => {} }) };
}

const passes = { success: true, remaining: 59, reset_ms: 1_000, blocked_until: null };
const lies: Record<string, unknown> = {
  nothing: null,
  "no list": passes,
  "an empty list": [],
  "to another question": [passes],
  "two takes where one was asked": [[passes], [passes]],
  "a take with nothing": [[]],
  "two answers to one charge": [[passes, passes]],
  "less than nothing": [[{ ...passes, remaining: -1 }]],
  "more than there is": [[{ ...passes, remaining: 61 }]],
  "half a request": [[{ ...passes, remaining: 0.5 }]],
  "a text for a yes": [[{ ...passes, success: "true" }]],
  "a window without an end": [[{ ...passes, reset_ms: null }]],
  "a window of a thousand years": [[{ ...passes, reset_ms: 31_536_000_000_000 }]],
  "a window that is over": [[{ ...passes, reset_ms: -5 }]],
  "a block until some day": [[{ ...passes, blocked_until: "some day" }]],
  "nothing of blocks": [[{ ...passes, blocked_until: undefined }]],
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
  const refused = { ...passes, success: false, remaining: 0, reset_ms: 60_000 };
  const { limits, asked } = limitsWith([refused], { each: true });
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
    [[{ ...passes, success: false, remaining: 0, reset_ms: 1 }]],
    [[{ ...passes, remaining: 0 }]],
  ];
  const service: Service = () => Promise.resolve({ data: answers.shift(), error: null });
  const store = new PostgresStore(service);
  const draw = { bucket: "write:user:ann", quota: 1, windowS: 1 };
  assert.equal((await store.take([draw]))[0]?.success, false);
  const asked = performance.now();
  while (performance.now() - asked < 2);
  assert.equal((await store.take([draw]))[0]?.success, true);
});

Deno.test("a burst is two calls, however many ask, and who is beyond the room is refused", async () => {
  const { limits, asked } = limitsWith([passes], { each: true });
  const subjects = Array.from({ length: 300 }, (_, i) => `user:${i}`);
  const ended = await Promise.allSettled(
    subjects.map((subject) => limits.take([{ ...WRITE, subject }])),
  );
  assert.deepEqual(asked, ["take_tokens", "take_tokens"]);
  assert.equal(ended.filter(({ status }) => status === "fulfilled").length, 251);
  assert.equal(limits.health().failed_closed, 49);
  await limits.take([WRITE]);
  assert.equal(asked.length, 3, "a crowd is no outage: the next one is asked for");
});

Deno.test("a Postgres that never answers has one call at a time, which ends when patience does", async () => {
  const signals: AbortSignal[] = [];
  const service: Service = (_name, _args, signal) => {
    if (signal) signals.push(signal);
    return new Promise(() => {});
  };
  const store = new PostgresStore(service, 50);
  const limits = limitsOver({ kind: "postgres", store, log: () => {} });
  const asked = Array.from(
    { length: 50 },
    (_, i) => limits.take([{ ...WRITE, subject: `k:${i}` }]),
  );
  for (const ask of asked) await assert.rejects(ask, { code: "limiter_unavailable" });
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true]);
});

Deno.test("however many strike at once, few calls are under way, and the others are counted here", async () => {
  const gates: (() => void)[] = [];
  const service: Service = async () => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return { data: { blocked_until: null, offence: 0 }, error: null };
  };
  const limits = createLimits({ upstash: undefined, service, log: () => {} });
  const struck = Array.from(
    { length: 200 },
    (_, i) => limits.strike(`198.51.100.${i}`, "auth_failed"),
  );
  for (let done = 0; done < 104; done++) {
    while (gates.length === 0) await Promise.resolve();
    assert.ok(gates.length <= 4);
    gates.shift()?.();
  }
  await Promise.all(struck);
  assert.deepEqual(limits.health(), { store: "postgres", failed_open: 96, failed_closed: 0 });
});
