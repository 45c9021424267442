import assert from "@std/assert";
import { CloisterError, ConnectionError } from "../../sdk/mod.ts";
import { json, refusal, RUN, scripted, stream } from "./fake.ts";

async function seqsOf(events: AsyncIterable<{ seq: number }>): Promise<number[]> {
  const seqs = [];
  for await (const { seq } of events) seqs.push(seq);
  return seqs;
}

Deno.test("a stream that breaks goes on with Last-Event-ID, and ends exactly once", async () => {
  const { client, requests } = scripted([
    stream([[1, "run.started"], [2, "log"]], true),
    new TypeError("fetch failed"),
    stream([[2, "log"], [3, "log"]], true),
    stream([[4, "log"], [5, "run.succeeded"], [6, "log"]]),
  ], { maxRetries: 0 });
  const states: string[] = [];
  const watched = client.stream("a", {}, { onState: (state) => states.push(state) });
  assert.deepEqual(await seqsOf(watched), [1, 2, 3, 4, 5]);
  const [first, ...others] = requests;
  assert.equal(first?.method, "POST");
  assert.ok(first?.headers.get("idempotency-key"));
  for (const { url } of others) assert.match(url, new RegExp(`/execute/runs/${RUN}/events$`));
  const ids = others.map(({ headers }) => headers.get("last-event-id"));
  assert.deepEqual(ids, ["2", "2", "3"]);
  assert.deepEqual(
    states,
    ["connected", "reconnecting", "reconnecting", "connected", "reconnecting", "connected"],
  );
});

Deno.test("a stream that the server ends in time is asked for again, without being a failure", async () => {
  const { client } = scripted([
    stream([[1, "run.started"]]),
    stream([[2, "run.failed"]]),
  ]);
  assert.deepEqual(await seqsOf(client.follow(RUN)), [1, 2]);
});

Deno.test("following a run that has ended and was read to its end, ends", async () => {
  const { client } = scripted([stream([]), json({ id: RUN, status: "succeeded" })]);
  assert.deepEqual(await seqsOf(client.follow(RUN, { after: 9 })), []);
});

Deno.test("a caller who may not read on is told so", async () => {
  const { client } = scripted([stream([[1, "run.started"]], true), refusal(403, "forbidden")]);
  const error = await seqsOf(client.follow(RUN)).catch((err) => err);
  assert.ok(error instanceof CloisterError);
  assert.equal(error.code, "forbidden");
});

Deno.test("a session that expires meanwhile is renewed, and the stream goes on where it was", async () => {
  const { client, requests } = scripted([
    stream([[1, "run.started"]], true),
    refusal(401, "token_expired"),
    stream([[2, "run.succeeded"]]),
  ], { auth: { accessToken: ({ refused }) => Promise.resolve(refused ? "new" : "old") } });
  assert.deepEqual(await seqsOf(client.follow(RUN)), [1, 2]);
  const [, , last] = requests;
  assert.deepEqual(
    [last?.headers.get("authorization"), last?.headers.get("last-event-id")],
    ["Bearer new", "1"],
  );
});

Deno.test("a stream that is refused for its rate is asked for again when that is over", async () => {
  const busy = refusal(429, "rate_limited", { retry_after: 0 });
  const { client } = scripted([busy, stream([[1, "run.succeeded"]])]);
  assert.deepEqual(await seqsOf(client.follow(RUN)), [1]);
});

Deno.test("a server that stays away is a ConnectionError, after as many tries as were allowed", async () => {
  const away = new TypeError("fetch failed");
  const { client, requests } = scripted([away, away], { maxRetries: 0 });
  await assert.rejects(seqsOf(client.follow(RUN, { maxReconnects: 1 })), ConnectionError);
  assert.equal(requests.length, 2);
});

Deno.test("who stops following is not kept waiting", async () => {
  const away = new TypeError("fetch failed");
  const { client } = scripted([away, away, away], { maxRetries: 0 });
  const leave = new AbortController();
  const onState = () => leave.abort(new Error("enough"));
  const following = seqsOf(client.follow(RUN, { signal: leave.signal, onState }));
  await assert.rejects(following, /enough/);
});

Deno.test("a run is read once", async () => {
  const { client } = scripted([stream([[1, "run.succeeded"]])]);
  const watched = client.stream("a");
  await seqsOf(watched);
  await assert.rejects(seqsOf(watched), TypeError);
});

Deno.test("streams that end at once are failures: each is asked for later, and not for ever", async () => {
  const going = () => json({ id: RUN, status: "running" });
  const { client, requests } = scripted([stream([]), going(), stream([]), going()]);
  const started = performance.now();
  await assert.rejects(seqsOf(client.follow(RUN, { maxReconnects: 1 })), ConnectionError);
  assert.equal(requests.length, 4);
  assert.ok(performance.now() - started > 200);
});

Deno.test("an answer that is no stream is a failure, and asked for again", async () => {
  const page = new Response("<html>id: 7", { headers: { "content-type": "text/html" } });
  const { client } = scripted([page, stream([[1, "run.succeeded"]])]);
  const states: string[] = [];
  const onState = (state: string) => states.push(state);
  assert.deepEqual(await seqsOf(client.follow(RUN, { onState })), [1]);
  assert.deepEqual(states, ["reconnecting", "connected"]);
});

Deno.test("a stream that is not read is let go by cancel() and by close(), and can be read later", async () => {
  for (const how of ["cancel", "close"] as const) {
    let isOpen = true;
    const headers = stream([]).headers;
    const opened = new Response(new ReadableStream({ cancel: () => void (isOpen = false) }), {
      headers,
    });
    const ended = json({ id: RUN, status: "cancelled" });
    const rest = [...(how === "cancel" ? [ended] : []), stream([[1, "run.cancelled"]])];
    const { client } = scripted([opened, ...rest]);
    const watched = client.stream("a");
    assert.equal(await watched.id(), RUN);
    assert.ok(isOpen);
    await watched[how]();
    assert.equal(isOpen, false);
    assert.deepEqual(await seqsOf(watched), [1]);
  }
});
