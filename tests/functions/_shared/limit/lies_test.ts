import assert from "@std/assert";
import type { Charge } from "../../../../supabase/functions/_shared/limit/limits.ts";
import { serveRedis } from "./fake_redis.ts";

const READ: Charge = { budget: "read", subject: "user:ann", quota: 60, windowS: 60 };
const WRITE: Charge = { ...READ, budget: "write" };

/** The same answer to each command of a pipeline. */
function each(answer: unknown) {
  return async (request: Request) => {
    const commands: unknown[] = await request.json();
    return Response.json(commands.map(() => answer));
  };
}

const text = (body: string, status = 200) => () => new Response(body, { status });

const broken: Record<string, (request: Request) => Response | Promise<Response>> = {
  "answers errors": text("oops", 500),
  "answers errors as Upstash does": text('{"error":"ERR max daily request limit exceeded"}', 429),
  "knows another token": text('{"error":"WRONGPASS"}', 401),
  "is a web page": text("<html>Sign in to the hotel's network</html>"),
  "answers nothing": text(""),
  "answers half of it": text('[{"result":[5,6'),
  "answers 200 with an error": text('{"error":"ERR"}'),
  "answers 200 with errors": each({ error: "ERR" }),
  "never knows a script": each({ error: "NOSCRIPT No matching script" }),
  "answers null": text("null"),
  "answers no list": text('{"result":[59,60]}'),
  "answers an empty list": text("[]"),
  "answers null each time": each(null),
  "answers nothing each time": each({}),
  "answers a number": each({ result: 59 }),
  "answers OK": each({ result: "OK" }),
  "answers true": each({ result: true }),
  "answers no numbers": each({ result: [] }),
  "answers one number": each({ result: [59] }),
  "answers three numbers": each({ result: [59, 60, 1] }),
  "answers texts": each({ result: ["59", "60"] }),
  "answers NaN": each({ result: ["NaN", 60] }),
  "answers a fraction": each({ result: [0.5, 60] }),
  "answers another quota": each({ result: [59, 1e9] }),
  "answers more than there is": each({ result: [60, 60] }),
  "answers more than anybody can count": each({ result: [1e300, 60] }),
  "answers less than nothing": each({ result: [-2, 60] }),
  "answers objects": each({ result: { 0: 59, 1: 60, length: 2 } }),
  "sends elsewhere": (request) =>
    new URL(request.url).pathname === "/loop"
      ? new Response("[]")
      : Response.redirect(new URL("/loop", request.url)),
};

for (const [how, handler] of Object.entries(broken)) {
  Deno.test(`with a Redis that ${how}, writes are refused and reads are counted here`, async () => {
    await using redis = serveRedis(handler);
    const { limits } = redis;
    await assert.rejects(limits.take([WRITE]), { code: "limiter_unavailable", retryAfter: 2 });
    await assert.rejects(limits.admit("198.51.100.7", "write"), { code: "limiter_unavailable" });
    await assert.rejects(limits.take([READ, WRITE]), { code: "limiter_unavailable" });
    await limits.admit("198.51.100.7", "read");
    const [allowance] = await limits.take([READ]);
    assert.equal(allowance?.counted, false);
    for (let i = 1; i < 60; i++) await limits.take([READ]);
    await assert.rejects(limits.take([READ]), { code: "rate_limited" });
    await assert.rejects(limits.peek([READ]), { code: "limiter_unavailable" });
    await assert.rejects(limits.blocks.list(), { code: "limiter_unavailable" });
    await assert.rejects(limits.blocks.lift("198.51.100.7"), { code: "limiter_unavailable" });
    const { store, failed_open, failed_closed } = limits.health();
    assert.deepEqual({ store, failed_open, failed_closed }, {
      store: "upstash",
      failed_open: 62,
      failed_closed: 6,
    });
  });
}

for (
  const [what, ms] of Object.entries({
    "a block without an end": -1,
    "a block of a thousand years": 31_536_000_000_000,
    "a block of no number": "60000",
    "a block of null": null,
  })
) {
  Deno.test(`${what} blocks nobody: it is an outage`, async () => {
    await using redis = serveRedis(async (request) => {
      const commands: string[][] = await request.json();
      return Response.json(
        commands.map(([name]) => ({ result: name === "evalsha" ? [1_199, 1_200] : ms })),
      );
    });
    await assert.rejects(redis.limits.admit("198.51.100.7", "write"), {
      code: "limiter_unavailable",
    });
    await redis.limits.admit("198.51.100.7", "read");
  });
}

Deno.test("what could not be counted is logged, once in ten seconds and direction, without whom", async () => {
  await using redis = serveRedis(text('{"error":"ERR no"}', 400));
  for (let i = 0; i < 20; i++) {
    await redis.limits.take([READ]);
    await assert.rejects(redis.limits.take([WRITE]));
  }
  const [first, ...more] = redis.lines.filter(({ event }) => event === "limiter_failed_open");
  assert.deepEqual(first?.fields, {
    what: "budget",
    reason: "UpstashError: ERR no",
    decisions: 1,
    total: 1,
  });
  assert.equal(more.length, 0);
  assert.equal(redis.lines.filter(({ event }) => event === "limiter_failed_closed").length, 1);
  assert.equal(JSON.stringify(redis.lines).includes("ann"), false);
  assert.deepEqual(redis.limits.health(), { store: "upstash", failed_open: 20, failed_closed: 20 });
});

Deno.test("strikes count in the isolate while Redis is out, and block there", async () => {
  await using redis = serveRedis(text("oops", 500));
  const { limits } = redis;
  for (let i = 1; i < 10; i++) {
    assert.equal(await limits.strike("198.51.100.7", "auth_failed"), undefined);
  }
  assert.deepEqual(await limits.strike("198.51.100.7", "auth_failed"), {
    rule: "auth_failed",
    offence: 1,
    durationS: 60,
  });
  await assert.rejects(limits.admit("198.51.100.7", "read"), {
    code: "address_blocked",
    retryAfter: 60,
  });
  await assert.rejects(limits.admit("198.51.100.7", "execute"), { code: "address_blocked" });
  await limits.admit("198.51.100.8", "read");
  assert.ok(limits.health().failed_open >= 10);
});

Deno.test("a Redis that never answers is waited for half a second, and then not at all", async () => {
  const answer = Promise.withResolvers<Response>();
  await using redis = serveRedis(() => answer.promise.then((response) => response.clone()));
  const timed = async () => {
    const started = performance.now();
    await assert.rejects(redis.limits.take([WRITE]), { code: "limiter_unavailable" });
    return performance.now() - started;
  };
  const first = await Promise.all(Array.from({ length: 50 }, timed));
  assert.ok(first.every((ms) => ms >= 450 && ms < 1_500), `${Math.max(...first)} ms`);
  const later = await Promise.all(Array.from({ length: 50 }, timed));
  assert.ok(later.every((ms) => ms < 100), `${Math.max(...later)} ms`);
  answer.resolve(new Response("too late"));
});
