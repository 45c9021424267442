import assert from "@std/assert";
import { patiently } from "../../../../supabase/functions/_shared/limit/patience.ts";

/** Keeps this isolate busy, as a program does that runs in it. */
function busy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

Deno.test("an answer that came while the isolate was busy is not too late", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("here"),
  );
  const asked = fetch(`http://127.0.0.1:${server.addr.port}`).then((response) => response.text());
  const answer = patiently(200, () => asked);
  busy(600);
  assert.equal(await answer, "here");
});

Deno.test("nobody waits longer than they have patience", async () => {
  const started = performance.now();
  await assert.rejects(patiently(200, () => new Promise(() => {})), /no answer within 200 ms/);
  assert.ok(performance.now() - started >= 190);
});

Deno.test("what fails fails at once, and leaves no timer behind", async () => {
  await assert.rejects(patiently(60_000, () => Promise.reject(new Error("down"))), /down/);
  assert.equal(await patiently(60_000, () => Promise.resolve(1)), 1);
});

Deno.test("what took too long is told to stop, and what did not is not", async () => {
  const signals: AbortSignal[] = [];
  const ask = (answer: Promise<unknown>) => (signal: AbortSignal) => {
    signals.push(signal);
    return answer;
  };
  await assert.rejects(patiently(50, ask(new Promise(() => {}))));
  await patiently(50, ask(Promise.resolve()));
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false]);
});
