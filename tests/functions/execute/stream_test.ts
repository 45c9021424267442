import assert from "@std/assert";
import execute from "../../../supabase/functions/execute/index.ts";
import { person } from "../../stack.ts";
import { as, create, eventsOf, newcomer, run } from "./rig.ts";

Deno.test("a stream tells what happens in order, once, and ends with one terminal event", async () => {
  const ann = await newcomer("ann");
  await create(
    ann,
    "talker",
    `export default async (input, agent) => {
    agent.log("one", { n: 1 });
    console.warn("two");
    agent.output({ part: 1 });
    return input;
  };`,
    { language: "javascript" },
  );
  const response = await ann("POST", "/execute/agents/talker", { input: 7 }, {
    accept: "text/event-stream",
  });
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const location = response.headers.get("location") ?? "";
  const events = eventsOf(await response.text());
  assert.deepEqual(events.map(({ event }) => event), [
    "run.started",
    "log",
    "log",
    "output",
    "run.succeeded",
  ]);
  assert.deepEqual(events.map(({ id }) => id), [1, 2, 3, 4, 5]);
  assert.deepEqual(events[1].data, { level: "info", message: "one", fields: { n: 1 } });
  assert.deepEqual(events[3].data, { part: 1 });
  assert.equal(events[4].data.output, 7);

  const id = location.split("/").at(-1);
  const again = await ann("GET", `/execute/runs/${id}/events`, undefined, {
    accept: "text/event-stream",
    "last-event-id": "2",
  });
  assert.deepEqual(eventsOf(await again.text()), events.slice(2));
  const listed = await (await ann("GET", `/execute/runs/${id}/events?after=4`)).json();
  assert.deepEqual(listed.data.map(({ type }: { type: string }) => type), ["run.succeeded"]);
});

Deno.test("a run is cancelled while it sleeps, and settles once", async () => {
  const ann = await newcomer("ann");
  await create(ann, "slow", "export default () => new Promise((r) => setTimeout(r, 8000));");
  const response = await ann("POST", "/execute/agents/slow", { input: null }, {
    accept: "text/event-stream",
  });
  const id = response.headers.get("location")?.split("/").at(-1);
  const cancelled = await ann("POST", `/execute/runs/${id}/cancel`);
  assert.equal(cancelled.status, 202);
  await cancelled.body?.cancel();
  const events = eventsOf(await response.text());
  assert.deepEqual(events.map(({ event }) => event), ["run.started", "run.cancelled"]);
  const again = await (await ann("POST", `/execute/runs/${id}/cancel`)).json();
  assert.equal(again.status, "cancelled");
});

Deno.test("a follower of a run that has ended is not kept waiting", async () => {
  const ann = await newcomer("ann");
  await create(ann, "quick", "export default () => 1;");
  const { id } = await run(ann, "quick");
  for (const last of ["2", "99"]) {
    const response = await ann("GET", `/execute/runs/${id}/events`, undefined, {
      accept: "text/event-stream",
      "last-event-id": last,
    });
    assert.deepEqual(eventsOf(await response.text()), []);
  }
  const beyond = await ann("GET", `/execute/runs/${id}/events`, undefined, {
    accept: "text/event-stream",
    "last-event-id": "3000000000",
  });
  assert.equal((await beyond.json()).code, "invalid_request");
});

Deno.test("a caller who hangs up while waiting for a place starts nothing", async () => {
  const [ann, bob] = [await newcomer("ann"), await person("bob")];
  await create(ann, "slow", "export default () => new Promise((r) => setTimeout(r, 8000));");
  await create(as(bob), "quick", "export default () => 1;");
  const accept = { accept: "text/event-stream" };
  const sleepers = [
    await ann("POST", "/execute/agents/slow", {}, accept),
    await ann("POST", "/execute/agents/slow", {}, accept),
  ];
  const leaving = new AbortController();
  const waiting = execute.request("/execute/agents/quick", {
    method: "POST",
    headers: { authorization: `Bearer ${bob.token}`, "content-type": "application/json" },
    body: "{}",
    signal: leaving.signal,
  });
  leaving.abort();
  assert.equal((await (await waiting).json()).code, "engine_busy");
  const history = await as(bob)("GET", "/agents/quick/runs");
  assert.deepEqual((await history.json()).data, []);
  for (const sleeper of sleepers) {
    const id = sleeper.headers.get("location")?.split("/").at(-1);
    await ann("POST", `/execute/runs/${id}/cancel`);
    await sleeper.text();
  }
});
