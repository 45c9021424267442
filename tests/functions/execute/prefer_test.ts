import assert from "@std/assert";
import { type Ask, becomeQuiet, create, eventsOf, newcomer } from "./rig.ts";

const SLOW = "export default () => new Promise((resolve) => setTimeout(resolve, 8000));";
const BRIEF = `export default async (_input, agent) => {
  agent.log("working");
  await new Promise((resolve) => setTimeout(resolve, 300));
  return "done";
};`;
const ASYNC = { prefer: "respond-async" };

async function statusOf(ask: Ask, id: string): Promise<string> {
  return (await (await ask("GET", `/execute/runs/${id}`)).json()).status;
}

/** Waits until a queued run has begun. */
async function begun(ask: Ask, id: string): Promise<void> {
  while (await statusOf(ask, id) === "queued") { /* it asks as long as that is so */ }
}

async function cancel(ask: Ask, id: string): Promise<void> {
  const response = await ask("POST", `/execute/runs/${id}/cancel`);
  await response.body?.cancel();
}

Deno.test("POST /execute/agents/:name with respond-async answers at once, and the run goes on to its end", async () => {
  const ann = await newcomer("ann");
  await create(ann, "brief", BRIEF, { language: "javascript" });
  const response = await ann("POST", "/execute/agents/brief", {}, ASYNC);
  const { id, status } = await response.json();
  assert.deepEqual([response.status, status], [202, "queued"]);
  assert.equal(response.headers.get("location"), `/functions/v1/execute/runs/${id}`);
  assert.equal(response.headers.get("preference-applied"), "respond-async");
  const accept = { accept: "text/event-stream" };
  const stream = await ann("GET", `/execute/runs/${id}/events`, undefined, accept);
  const types = eventsOf(await stream.text()).map(({ event }) => event);
  assert.deepEqual(types, ["run.queued", "run.started", "log", "run.succeeded"]);
  assert.equal(await statusOf(ann, id), "succeeded");
  await becomeQuiet();
});

Deno.test("a run that nobody waits for can be polled and cancelled by its owner, and found by nobody else", async () => {
  const [ann, bob] = [await newcomer("ann"), await newcomer("bob")];
  await create(ann, "slow", SLOW);
  const { id } = await (await ann("POST", "/execute/agents/slow", {}, ASYNC)).json();
  await begun(ann, id);
  assert.equal(await statusOf(ann, id), "running");
  assert.equal((await bob("GET", `/execute/runs/${id}`)).status, 404);
  await cancel(ann, id);
  while (await statusOf(ann, id) === "running") { /* it asks as long as that is so */ }
  assert.equal(await statusOf(ann, id), "cancelled");
  await becomeQuiet();
});

Deno.test("with Accept: text/event-stream the stream wins over Prefer", async () => {
  const ann = await newcomer("ann");
  await create(ann, "quick", "export default () => 1;");
  const headers = { ...ASYNC, accept: "text/event-stream" };
  const response = await ann("POST", "/execute/agents/quick", {}, headers);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("preference-applied"), null);
  assert.equal(eventsOf(await response.text()).at(-1)?.event, "run.succeeded");
});

Deno.test("wait=N answers with the end where it comes in time, and else with the run as it is", async () => {
  const ann = await newcomer("ann");
  await create(ann, "quick", "export default () => 1;");
  await create(ann, "slow", SLOW);
  const ask = (name: string, prefer: string) =>
    ann("POST", `/execute/agents/${name}`, {}, { prefer });
  const quick = await ask("quick", "respond-async, wait=9");
  assert.equal(quick.status, 200);
  assert.equal(quick.headers.get("preference-applied"), "wait=9");
  assert.equal((await quick.json()).output, 1);
  for (const [prefer, applied] of [["wait=0", "wait=0"], ["respond-async,wait=1"]]) {
    const slow = await ask("slow", prefer ?? "");
    const { id, status } = await slow.json();
    assert.deepEqual([slow.status, status], [202, "running"]);
    assert.equal(slow.headers.get("preference-applied"), applied ?? "respond-async, wait=1");
    await cancel(ann, id);
  }
  await becomeQuiet();
});

Deno.test("what starts nothing is refused in the same way, whatever is preferred", async () => {
  const ann = await newcomer("ann");
  const missing = await ann("POST", "/execute/agents/none", {}, ASYNC);
  assert.equal((await missing.json()).code, "not_found");
  assert.equal(missing.headers.get("preference-applied"), null);
});

Deno.test("a repeated request whose run goes on gets that run, unless it would wait for its end", async () => {
  const ann = await newcomer("ann");
  await create(ann, "slow", SLOW);
  const key = { "idempotency-key": crypto.randomUUID() };
  const ask = (headers: Record<string, string>) =>
    ann("POST", "/execute/agents/slow", {}, { ...key, ...headers });
  const { id } = await (await ask(ASYNC)).json();
  await begun(ann, id);
  const again = await ask(ASYNC);
  assert.deepEqual([again.status, again.headers.get("idempotent-replayed")], [202, "true"]);
  assert.equal((await again.json()).id, id);
  const waiting = await ask({});
  assert.deepEqual([waiting.status, (await waiting.json()).code], [409, "run_in_progress"]);
  const stream = await ask({ accept: "text/event-stream" });
  const soon = ask({ prefer: "wait=30" });
  await cancel(ann, id);
  const types = eventsOf(await stream.text()).map(({ event }) => event);
  assert.deepEqual(types, ["run.queued", "run.started", "run.cancelled"]);
  const ended = await soon;
  assert.deepEqual([ended.status, (await ended.json()).status], [200, "cancelled"]);
  await becomeQuiet();
});
