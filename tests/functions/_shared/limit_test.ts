import assert from "@std/assert";
import { createLimiter, rateLimitHeaders } from "../../../supabase/functions/_shared/limit.ts";

/** A limiter whose Redis is this server. */
async function withRedis(
  handler: (request: Request) => Response | Promise<Response>,
  work: (limiter: ReturnType<typeof createLimiter>) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  await work(createLimiter({ url: `http://127.0.0.1:${server.addr.port}`, token: "t" }));
}

const broken = {
  "answers errors": () => new Response("oops", { status: 500 }),
  "answers nonsense": () => new Response("<html>"),
  "never answers": (request: Request) =>
    new Promise<Response>((resolve) =>
      request.signal.addEventListener("abort", () => resolve(new Response()))
    ),
};

for (const [how, handler] of Object.entries(broken)) {
  Deno.test(`with a Redis that ${how}, executions and writes are refused and reads pass`, async () => {
    await withRedis(handler, async (limiter) => {
      await assert.rejects(limiter.take("execute", "ann"), { code: "limiter_unavailable" });
      await assert.rejects(limiter.take("write", "ann"), { code: "limiter_unavailable" });
      const allowance = await limiter.take("read", "ann");
      assert.equal(allowance.counted, false);
      assert.deepEqual(rateLimitHeaders(allowance), {});
    });
  });
}
