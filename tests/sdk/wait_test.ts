import assert from "@std/assert";
import { CloisterError, ConnectionError, createClient } from "../../sdk/mod.ts";
import { collect, json, refusal, RUN, scripted } from "./fake.ts";

const GOING = { id: RUN, status: "running" };
const ENDED = { id: RUN, status: "succeeded" };
const away = () => new TypeError("fetch failed");

Deno.test("run() waits on over a network that is lost and comes back", async () => {
  const lost = [away(), refusal(503, "engine_busy"), away(), away()];
  const { client, requests } = scripted([json(GOING, 202), ...lost, json(ENDED)]);
  assert.equal((await client.run("a")).status, "succeeded");
  assert.deepEqual(requests.map(({ method }) => method), ["POST", ...Array(5).fill("GET")]);
});

Deno.test("run() that rejects says which run it began", async () => {
  const gone = scripted([json(GOING, 202), away(), away()]);
  const lost = await gone.client.run("a", {}, { maxReconnects: 1 }).catch((err) => err);
  assert.ok(lost instanceof ConnectionError);
  assert.equal(lost.runId, RUN);
  const denied = scripted([json(GOING, 202), refusal(403, "forbidden")]);
  const refused = await denied.client.run("a").catch((err) => err);
  assert.ok(refused instanceof CloisterError);
  assert.deepEqual([refused.code, refused.runId], ["forbidden", RUN]);
  const followed = scripted([refusal(404, "not_found")]);
  const missing = await collect(followed.client.follow(RUN)).catch((err) => err);
  assert.ok(missing instanceof CloisterError);
  assert.equal(missing.runId, RUN);
});

Deno.test("run() whose first answer breaks off late asks for the same run, as often as for a lost one", async () => {
  const keys: (string | null)[] = [];
  let tries = 0;
  const send: typeof fetch = async (input, init) => {
    keys.push(new Request(input, init).headers.get("idempotency-key"));
    if (tries++ > 1) return json(ENDED);
    // It stood open for so long that the server may have begun.
    if (tries === 1) await new Promise((resolve) => setTimeout(resolve, 1_100));
    throw away();
  };
  const client = createClient({ url: "https://project.example", fetch: send, maxRetries: 0 });
  assert.equal((await client.run("a")).id, RUN);
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
});

Deno.test("run() that never reached the server rejects after maxRetries", async () => {
  const { client, requests } = scripted([away(), away()], { maxRetries: 1 });
  await assert.rejects(client.run("a"), ConnectionError);
  assert.equal(requests.length, 2);
});

Deno.test("runs.wait() gives a run that somebody else began, when it has ended", async () => {
  const { client, requests } = scripted([json(GOING), away(), json(ENDED)]);
  assert.equal((await client.runs.wait(RUN)).status, "succeeded");
  assert.equal(requests.length, 3);
  const leave = scripted([json(GOING)]);
  const reason = new Error("enough");
  const left = leave.client.runs.wait(RUN, { signal: AbortSignal.timeout(20) });
  await assert.rejects(left, { name: "TimeoutError" });
  await assert.rejects(leave.client.runs.wait(RUN, { signal: AbortSignal.abort(reason) }), reason);
});
