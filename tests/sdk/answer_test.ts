import assert from "@std/assert";
import { CloisterError, createClient, TimeoutError } from "../../sdk/mod.ts";
import { collect, json, refusal, scripted } from "./fake.ts";

const LIMITS = { role: "user" };

/** An answer whose body begins and never goes on. */
function stalled(status: number): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
  });
  return new Response(body, { status });
}

Deno.test("a body that does not end is a TimeoutError, that of a refused stream too", async () => {
  const options = { timeoutMs: 30, maxRetries: 0 };
  const { client } = scripted([stalled(503), stalled(503), stalled(200)], options);
  await assert.rejects(client.agents.files.read("a", "notes.txt"), TimeoutError);
  await assert.rejects(client.stream("a").id(), TimeoutError);
  await assert.rejects(client.limits(), TimeoutError);
});

Deno.test("a 200 that is no JSON is an unexpected_answer, as of a gateway that wants to be paid", async () => {
  const page = () =>
    new Response(`<html>${"x".repeat(5_000)}`, { headers: { "x-request-id": "req-2" } });
  const { client } = scripted([page(), page()]);
  for (const asked of [client.limits(), client.agents.list().page()]) {
    const error = await asked.catch((err) => err);
    assert.ok(error instanceof CloisterError);
    assert.deepEqual(
      [error.code, error.status, error.requestId],
      ["unexpected_answer", 200, "req-2"],
    );
    assert.ok(error.message.length < 300);
  }
});

Deno.test("a Retry-After of the past does not take the pause between two tries", async () => {
  const busy = refusal(429, "rate_limited", { retry_after: -3_600 });
  const { client } = scripted([busy, json(LIMITS)]);
  const started = performance.now();
  await client.limits();
  assert.ok(performance.now() - started > 120);
});

Deno.test("timeoutMs may be Infinity or weeks, and no time at all is a TypeError", async () => {
  const slow: typeof fetch = () =>
    new Promise((resolve) => setTimeout(() => resolve(json(LIMITS)), 30));
  for (const timeoutMs of [Infinity, 2 ** 40]) {
    const client = createClient({ url: "https://project.example", timeoutMs, fetch: slow });
    assert.deepEqual(await client.limits(), LIMITS);
  }
  for (const timeoutMs of [0, -1, NaN]) {
    assert.throws(() => createClient({ url: "https://project.example", timeoutMs }), TypeError);
  }
});

Deno.test("a list ends where no next page is named, and where the same one is named again", async () => {
  const last = scripted([json({ data: [1] })]);
  assert.deepEqual(await collect(last.client.agents.list()), [1]);
  const again = () => json({ data: [1], next_cursor: "c1" });
  const round = scripted([again(), again()]);
  assert.deepEqual(await collect(round.client.agents.list()), [1, 1]);
});
