import assert from "@std/assert";
import * as z from "zod";
import {
  DEFAULT_LIMITS,
  EngineLost,
} from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import { neverStarted } from "../../../../../supabase/functions/_shared/sandbox/host/job.ts";
import {
  Broken,
  Connection,
} from "../../../../../supabase/functions/_shared/sandbox/remote/connection.ts";
import {
  Breach,
  parseLine,
} from "../../../../../supabase/functions/_shared/sandbox/remote/lines.ts";
import { isLoopback } from "../../../../../supabase/functions/_shared/sandbox/remote/loopback.ts";
import { claimOf, engineAt, gather, jobOf, NEVER, serveLiar } from "./liar.ts";

Deno.test("a connection to a runner that does not read is cut off at 32 MiB", async () => {
  let signal: AbortSignal | undefined;
  const deaf: typeof fetch = (_url, init) =>
    new Promise((_, reject) => {
      const given: unknown = Reflect.get(Object(init), "signal");
      signal = given instanceof AbortSignal ? given : undefined;
      signal?.addEventListener("abort", () => reject(new Error("cut")));
    });
  const times = { connectMs: 60_000, silenceMs: 60_000, endingMs: 60_000 };
  const connection = new Connection({ url: "http://127.0.0.1:1/runs", fetch: deaf, ...times });
  const opening = connection.open("token");
  const json = "x".repeat(1024 * 1024 - 100);
  for (let call = 1; call <= 32; call++) connection.send({ type: "answer", call, ok: true, json });
  assert.equal(signal?.aborted, false);
  connection.send({ type: "answer", call: 33, ok: true, json });
  await assert.rejects(opening, Broken);
});

Deno.test("parseLine() takes 1,024 marks of structure in a line and no more, and texts for free", () => {
  const Numbers = z.array(z.number());
  assert.equal(parseLine(Numbers, JSON.stringify(Array(1_024).fill(0))).length, 1_024);
  assert.throws(() => parseLine(Numbers, JSON.stringify(Array(1_025).fill(0))), Breach);
  const text = '[{,:\\"'.repeat(1_000);
  assert.equal(parseLine(z.string(), JSON.stringify(text)), text);
});

Deno.test("a run has the limits of its claim, whatever its job says", async () => {
  await using runner = serveLiar(async ({ hear, say }) => {
    await hear();
    say({ type: "log", level: "info", message: "x".repeat(101) });
  });
  const place = await engineAt(runner.url).admit(
    claimOf({ ...DEFAULT_LIMITS, logBytes: 100 }),
    NEVER,
  );
  await assert.rejects(gather(place.run(jobOf(), NEVER)), (thrown) => {
    assert.ok(thrown instanceof EngineLost);
    assert.match(String(Object(thrown.cause).message), /logBytes/);
    return true;
  });
});

Deno.test("a run that was cancelled before ends as on every other engine", async () => {
  await using runner = serveLiar(({ hear }) => hear().then(() => {}));
  const place = await engineAt(runner.url).admit(claimOf(), NEVER);
  const ended = await gather(place.run(jobOf(), AbortSignal.abort()));
  assert.deepEqual(ended, [neverStarted(DEFAULT_LIMITS)]);
});

Deno.test("isLoopback() knows this machine by every spelling, and nothing else", () => {
  for (const host of ["127.0.0.1", "127.0.0.2", "127.255.255.255", "::1", "[::1]", "localhost"]) {
    assert.ok(isLoopback(host), host);
  }
  for (
    const host of [
      "",
      "0.0.0.0",
      "::",
      "128.0.0.1",
      "127.0.0.256",
      "127.0.0.1.evil.test",
      "evil.test:127.0.0.1",
      "localhost.evil.test",
      "[::1",
      "::10",
      "127.0.0.1\n",
    ]
  ) assert.ok(!isLoopback(host), JSON.stringify(host));
});
