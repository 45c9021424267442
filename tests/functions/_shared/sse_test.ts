import assert from "@std/assert";
import { eventStream, type SseMessage } from "../../../supabase/functions/_shared/sse.ts";

/** Reads a stream until it holds `text`, and answers all that came. */
async function readUntil(response: Response, text: string) {
  const reader = (response.body ?? assert.fail("no body")).pipeThrough(new TextDecoderStream())
    .getReader();
  let seen = "";
  while (!seen.includes(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    seen += value;
  }
  return { seen, reader };
}

Deno.test("a stream opens at once and shows that it lives while nothing happens", async () => {
  const silent: AsyncIterable<SseMessage> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
  };
  const { seen, reader } = await readUntil(eventStream(silent, { heartbeatMs: 1 }), ": alive\n\n");
  assert.match(seen, /^retry: \d+\n: open\n\n/);
  reader.cancel();
});

Deno.test("a stream ends with its messages, and its heart stops with it", async () => {
  const messages = (async function* () {
    yield { id: "1", event: "log", data: '{"a":1}' };
  })();
  const { seen } = await readUntil(eventStream(messages, { heartbeatMs: 1 }), "never");
  assert.match(seen, /id: 1\nevent: log\ndata: \{"a":1\}\n\n/);
});

Deno.test("whoever produces a stream hears that its reader has left", async () => {
  const left = Promise.withResolvers<void>();
  const endless = (async function* () {
    for (let i = 0;; i++) yield { id: `${i}`, event: "e", data: "1" };
  })();
  const { reader } = await readUntil(eventStream(endless, { onLeave: left.resolve }), "id: 3");
  await reader.cancel();
  await left.promise;
});

Deno.test("a stream that is cut off ends without another word, though its next message never comes", async () => {
  const cut = new AbortController();
  const told: string[] = [];
  const stalled = (async function* () {
    yield { id: "1", event: "e", data: "1" };
    await new Promise(() => {});
  })();
  const response = eventStream(stalled, {
    until: cut.signal,
    onLeave: () => void told.push("left"),
    onEnd: () => void told.push("ended"),
  });
  const { reader } = await readUntil(response, "id: 1");
  cut.abort();
  assert.equal((await reader.read()).done, true);
  assert.deepEqual(told, ["ended", "left"]);
});

Deno.test("a stream tells once that it has ended, however it ends", async () => {
  const one = async function* () {
    yield { id: "1", event: "e", data: "1" };
  };
  const broken = async function* () {
    yield* one();
    throw new Error("the source broke");
  };
  const cut = new AbortController();
  let ended = 0;
  const options = { until: cut.signal, onEnd: () => void ended++ };
  await eventStream(one(), options).text();
  await assert.rejects(eventStream(broken(), options).text());
  await eventStream(one(), options).body?.cancel();
  cut.abort();
  assert.equal(ended, 3);
  assert.equal(await eventStream(one(), options).text(), "retry: 1000\n: open\n\n");
});
