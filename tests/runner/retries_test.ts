import assert from "@std/assert";
import {
  DEFAULT_LIMITS,
  EngineUnavailable,
} from "../../supabase/functions/_shared/sandbox/engine.ts";
import { createRemoteEngine } from "../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { open } from "./client.ts";
import { authorize, signRun } from "./keys.ts";
import { serve, untilWaiting } from "./serve.ts";
import { type Stub, stubEngine } from "./stub.ts";

/** A stub that finds no sandbox for the first who ask. */
function failing(times: number): Stub & { asked: number } {
  const stub = stubEngine();
  const admit = stub.admit;
  const flaky = Object.assign(stub, { asked: 0 });
  flaky.admit = async (claim, signal) => {
    if (++flaky.asked <= times) throw new EngineUnavailable("no sandbox starts");
    return await admit(claim, signal);
  };
  return flaky;
}

Deno.test("a client whose runner has no sandbox at first tries again, and gets a place", async () => {
  const stub = failing(2);
  await using runner = await serve(stub);
  const engine = createRemoteEngine({ url: runner.url, authorize });
  const claim = { run: crypto.randomUUID(), tenant: "ann", limits: DEFAULT_LIMITS };
  const place = await engine.admit(claim, new AbortController().signal);
  assert.equal(stub.asked, 3);
  place.leave();
  await stub.taking(0);
});

Deno.test("POST /runs takes the token of a run that got no place again, for one place", async () => {
  const stub = failing(1);
  await using runner = await serve(stub);
  const token = await signRun({ run: "again" });
  await using refused = await open(runner.url, token);
  assert.equal(refused.status, 503);
  const tries = await Promise.all([1, 2, 3, 4].map(() => open(runner.url, token)));
  assert.deepEqual(tries.map(({ status }) => status).toSorted(), [200, 403, 403, 403]);
  assert.equal(stub.taken(), 1);
  for (const client of tries) await client[Symbol.asyncDispose]();
  await stub.taking(0);
});

Deno.test("POST /runs places one of those who show a token at once, however many fail", async () => {
  for (const failures of [0, 1, 2, 3]) {
    const stub = failing(failures);
    await using runner = await serve(stub);
    const token = await signRun({ run: "at-once" });
    const tries = await Promise.all([1, 2, 3, 4].map(() => open(runner.url, token)));
    assert.ok(tries.filter(({ status }) => status === 200).length <= 1);
    assert.ok(stub.taken() <= 1);
    for (const client of tries) await client[Symbol.asyncDispose]();
  }
});

Deno.test("POST /runs refuses a token for ever once it was placed, although its client left", async () => {
  const stub = stubEngine();
  await using runner = await serve(stub);
  const token = await signRun({ run: "left" });
  await using client = await open(runner.url, token);
  await client.hear();
  client.cut();
  await stub.taking(0);
  await using again = await open(runner.url, token);
  assert.equal(again.status, 403);
});

Deno.test("POST /runs takes the token of a client that was cut off while it waited", async () => {
  await using runner = await serve(stubEngine(1, 1), { CLOISTER_RUNNER_WAIT_MS: "600000" });
  await using holder = await open(runner.url);
  const cut = new AbortController();
  const headers = { authorization: `Bearer ${await signRun({ run: "cut" })}` };
  const body = new ReadableStream<Uint8Array>();
  const init = { method: "POST", headers, body, duplex: "half", signal: cut.signal } as const;
  const waiting = fetch(`${runner.url}/runs`, init).catch(() => {});
  await untilWaiting(runner.url, 1);
  cut.abort();
  await waiting;
  await untilWaiting(runner.url, 0);
  holder.cut();
  await using again = await open(runner.url, await signRun({ run: "cut" }));
  assert.equal(again.status, 200);
});
