import assert from "@std/assert";
import { tellAsRunAgent } from "../../../supabase/functions/execute/invocations/tell.ts";
import { inRole, operator } from "../matrix/cast.ts";
import { as, type Ask, create, eventsOf, newcomer } from "./rig.ts";

const QUERY = { query: "hi", parameters: { n: 1 }, session_id: "s" };

/** Invokes an agent as RunAgent's clients do. */
async function invoke(ask: Ask, name: string, body: unknown, headers = {}) {
  const response = await ask("POST", `/execute/agents/${name}/invoke`, body, headers);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A stream's messages, each as its type and what it says. */
async function streamed(ask: Ask, name: string) {
  const response = await ask("POST", `/execute/agents/${name}/stream`, { query: "hi" });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  return eventsOf(await response.text()).map(({ event, id: _, ...said }) => [event, said]);
}

Deno.test("POST /execute/agents/:name/invoke gives the agent the whole body, and answers as RunAgent", async () => {
  const ann = await newcomer("ann");
  await create(ann, "echo", "export default (input) => ({ got: input });");
  const { status, headers, body } = await invoke(ann, "echo", QUERY, { prefer: "respond-async" });
  assert.equal(status, 200);
  assert.equal(body.success, true);
  assert.deepEqual(body.result, { got: QUERY });
  assert.equal(body.error, null);
  assert.equal(body.metadata.agent_version, "1");
  assert.ok(body.metadata.execution_time >= 0);
  assert.equal(headers.get("location"), `/functions/v1/execute/runs/${body.metadata.run_id}`);
  const run = await (await ann("GET", `/execute/runs/${body.metadata.run_id}`)).json();
  assert.deepEqual([run.status, run.input], ["succeeded", QUERY]);
});

Deno.test("an invocation says of a run that failed that it is no success, and why", async () => {
  const ann = await newcomer("ann");
  await create(ann, "broken", "export default () => { throw new Error('no'); };");
  const { status, body } = await invoke(ann, "broken", { query: "" });
  assert.equal(status, 200);
  assert.equal(body.success, false);
  assert.equal(body.result, null);
  assert.deepEqual(body.error, { code: "failed", message: "no" });
});

Deno.test("an invocation that is repeated with its idempotency key gets the same run", async () => {
  const ann = await newcomer("ann");
  await create(ann, "echo", "export default (input) => input;");
  const key = { "idempotency-key": "again" };
  const first = await invoke(ann, "echo", QUERY, key);
  const second = await invoke(ann, "echo", QUERY, key);
  assert.equal(second.headers.get("idempotent-replayed"), "true");
  assert.deepEqual(second.body, first.body);
  const other = await invoke(ann, "echo", { query: "other" }, key);
  assert.equal(other.body.code, "idempotency_key_reused");
});

Deno.test("an invocation is held against the agent's own input schema, and takes no other fields", async () => {
  const ann = await newcomer("ann");
  await create(ann, "picky", "export default () => 1;", {
    input_schema: { type: "object", properties: { query: { type: "string", maxLength: 2 } } },
  });
  assert.equal((await invoke(ann, "picky", { query: "long" })).body.code, "invalid_input");
  const odd = await invoke(ann, "picky", { query: "a", input: 1 });
  assert.deepEqual([odd.status, odd.body.code], [400, "invalid_request"]);
});

Deno.test("POST /execute/agents/:name/stream tells start, each chunk and done, whatever is accepted", async () => {
  await using sql = operator();
  const ann = as(await inRole(sql, "streamer"));
  await create(
    ann,
    "talker",
    `export default (input, agent) => {
      console.log("not told");
      agent.output("a");
      agent.output({ b: 1 });
      return "result";
    };`,
    { language: "javascript" },
  );
  const [start, first, second, done, ...more] = await streamed(ann, "talker");
  assert.deepEqual(start, ["start", { message: "Stream started" }]);
  assert.deepEqual(first, ["chunk", { content: "a", index: 0 }]);
  assert.deepEqual(second, ["chunk", { content: '{"b":1}', index: 1 }]);
  assert.equal(done?.[0], "done");
  assert.ok(done?.[1].execution_time >= 0);
  assert.deepEqual(more, []);
});

Deno.test("a stream as RunAgent's has the result as its chunk if there is no other, and no done after an error", async () => {
  await using sql = operator();
  const ann = as(await inRole(sql, "streamer"));
  await create(ann, "quiet", "export default () => ({ answer: 42 });");
  await create(ann, "broken", "export default () => { throw new Error('no'); };");
  const [, chunk, done] = await streamed(ann, "quiet");
  assert.deepEqual(chunk, ["chunk", { content: '{"answer":42}', index: 0 }]);
  assert.equal(done?.[0], "done");
  const [start, error, ...more] = await streamed(ann, "broken");
  assert.equal(start?.[0], "start");
  assert.deepEqual(error, ["error", { error: "no", code: "failed" }]);
  assert.deepEqual(more, []);
});

Deno.test("a stream as RunAgent's tells no end where its run's messages stop without one", async () => {
  async function* messages() {
    for (const [seq, event] of ["run.started", "log", "output"].entries()) {
      yield { id: String(seq), event, data: JSON.stringify({ data: "part" }) };
    }
    await Promise.resolve();
  }
  const told = await Array.fromAsync(tellAsRunAgent(messages()));
  assert.deepEqual(told.map(({ event, id }) => [event, id]), [["start", "0"], ["chunk", "2"]]);
});
