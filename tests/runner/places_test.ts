import assert from "@std/assert";
import { type Client, jobOf, open } from "./client.ts";
import { signRun } from "./keys.ts";
import { serve, untilWaiting } from "./serve.ts";
import { stubEngine } from "./stub.ts";

Deno.test("POST /runs frees the place and ends the run when its client goes away", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  for (const running of [false, true]) {
    await using client = await open(runner.url);
    await client.hear();
    await stub.taking(1);
    if (running) client.say(jobOf(client, "hold"));
    client.cut();
    await stub.taking(0);
  }
});

Deno.test("POST /runs frees the place and ends the run when a client that has said all goes away", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  await using client = await open(runner.url);
  await client.hear();
  client.say(jobOf(client, "hold"));
  client.close();
  await stub.taking(1);
  client.cut();
  await stub.taking(0);
});

Deno.test("POST /runs frees the place of a client whose job never comes", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub, { CLOISTER_RUNNER_JOB_MS: "20" });
  await using client = await open(runner.url);
  await client.hear();
  assert.equal(Object((await client.hear())?.problem).code, "job_late");
  await stub.taking(0);
});

Deno.test("POST /runs frees the place of a client that closes without a job", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  await using client = await open(runner.url);
  await client.hear();
  client.close();
  assert.deepEqual(await client.rest(), []);
  await stub.taking(0);
});

Deno.test("POST /runs cuts off a client that does not read, and ends its run", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub, { CLOISTER_RUNNER_STALL_MS: "100" });
  await using client = await open(runner.url);
  await client.hear();
  client.say(jobOf(client, "flood"));
  await stub.taking(0);
  const lines = await client.rest();
  assert.ok(lines.length < 16 && lines.every(({ type }) => type === "log"));
});

Deno.test("POST /runs answers 429 with Retry-After when every place and chair is taken", async () => {
  await using runner = await serve(stubEngine(1, 1), { CLOISTER_RUNNER_WAIT_MS: "600000" });
  await using holder = await open(runner.url);
  const waiting = open(runner.url);
  await untilWaiting(runner.url, 1);
  await using refused = await open(runner.url);
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  holder.cut();
  await using admitted = await waiting;
  assert.equal(admitted.status, 200);
});

for (const leave of ["cuts the connection", "ends its body"] as const) {
  Deno.test(`POST /runs forgets a client that ${leave} while it waits for a place`, async () => {
    await using runner = await serve(stubEngine(1, 1), { CLOISTER_RUNNER_WAIT_MS: "600000" });
    await using _holder = await open(runner.url);
    const cut = new AbortController();
    let close = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (close = () => controller.close()),
    });
    const headers = { authorization: `Bearer ${await signRun()}` };
    const init = { method: "POST", headers, body, duplex: "half", signal: cut.signal } as const;
    const answered = fetch(`${runner.url}/runs`, init)
      .then((answer) => answer.body?.cancel(), () => {});
    await untilWaiting(runner.url, 1);
    if (leave === "cuts the connection") cut.abort();
    else close();
    await untilWaiting(runner.url, 0);
    await answered;
  });
}

Deno.test("POST /runs answers 429 to who waits too long for a place", async () => {
  await using runner = await serve(stubEngine(1), { CLOISTER_RUNNER_WAIT_MS: "20" });
  await using _holder = await open(runner.url);
  await using late = await open(runner.url);
  assert.equal(late.status, 429);
});

Deno.test("POST /runs lets in no more clients than it may have, whatever the engine would", async () => {
  await using runner = await serve(stubEngine(4), { CLOISTER_RUNNER_MAX_CLIENTS: "1" });
  await using _holder = await open(runner.url);
  await using next = await open(runner.url);
  assert.equal(next.status, 429);
});

Deno.test("POST /runs lets the next client in when one has gone away, however it went", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub, { CLOISTER_RUNNER_MAX_CLIENTS: "1" });
  for (const leave of ["cut", "close", "end"] as const) {
    const client = await openWhenFree(runner.url);
    if (leave === "end") client.say(jobOf(client, "return"));
    else client[leave]();
    await client.rest().catch(() => {});
    await client[Symbol.asyncDispose]();
  }
  await using last = await openWhenFree(runner.url);
  assert.equal(last.status, 200);
});

async function openWhenFree(url: string): Promise<Client> {
  for (;;) {
    const client = await open(url);
    if (client.status === 200) return client;
    await client[Symbol.asyncDispose]();
  }
}
