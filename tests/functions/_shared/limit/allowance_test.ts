import assert from "@std/assert";
import {
  type Allowance,
  rateLimitHeaders,
  retryAfterS,
} from "../../../../supabase/functions/_shared/limit/allowance.ts";

const allowance = (fields: Partial<Allowance>): Allowance => ({
  budget: "execute",
  quota: 60,
  windowS: 60,
  remaining: 12,
  resetS: 34,
  counted: true,
  ...fields,
});

Deno.test("rateLimitHeaders are those of the IETF draft", () => {
  assert.deepEqual(rateLimitHeaders([allowance({})]), {
    "ratelimit-policy": '"execute";q=60;w=60',
    ratelimit: '"execute";r=12;t=34',
  });
});

Deno.test("rateLimitHeaders name each budget once, with the least that is left", () => {
  const headers = rateLimitHeaders([
    allowance({ remaining: 12 }),
    allowance({ remaining: 3 }),
    allowance({ budget: "stream", quota: 5, remaining: 0, resetS: 1 }),
  ]);
  assert.deepEqual(headers, {
    "ratelimit-policy": '"execute";q=60;w=60, "stream";q=5;w=60',
    ratelimit: '"execute";r=3;t=34, "stream";r=0;t=1',
  });
});

Deno.test("rateLimitHeaders do not pretend to know what only this isolate counted", () => {
  assert.deepEqual(rateLimitHeaders([allowance({ counted: false })]), {});
  assert.deepEqual(rateLimitHeaders([]), {});
});

Deno.test("retryAfterS is never the end of a window itself, when it still weighs in full", () => {
  assert.equal(retryAfterS(0), 1);
  assert.equal(retryAfterS(999), 1);
  assert.equal(retryAfterS(1_000), 2);
});
