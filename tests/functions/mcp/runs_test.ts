import assert from "@std/assert";
import * as z from "zod";
import { becomeQuiet } from "../../background.ts";
import { call, testStack } from "../../stack.ts";
import { promise } from "../matrix/cast.ts";
import { agentOf, type Client, connect, messagesOf, META, send } from "./rig.ts";

const SLOW = "export default () => new Promise((resolve) => setTimeout(resolve, 20_000));";
const ENDED = /^(succeeded|failed|cancelled|lost|timed_out)$/;

/** The one run of a client's agent, as soon as it has a status that fits. */
async function runWith(client: Client, status: RegExp): Promise<{ id: string; status: string }> {
  for (const late = AbortSignal.timeout(10_000); !late.aborted;) {
    const { content } = await client.use("list_runs");
    const { data } = z.object({
      data: z.array(z.object({ id: z.string(), status: z.string() })),
    }).parse(JSON.parse(content[0]?.text ?? ""));
    const run = data[0];
    if (run && status.test(run.status)) return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no run is ${status}`);
}

const calling = (id: number, tool: string, more = {}) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: tool, arguments: {}, ...more },
});

promise("a run's events are told as progress that only grows, where it was asked for", async () => {
  const client = await connect("progress");
  const source = `export default (_, agent) => { agent.log("one"); agent.log("two"); return 3; };`;
  await agentOf(client.who, { name: "teller", source });
  const message = calling(5, "agent_teller", { _meta: { progressToken: "p" } });
  const headers = { "mcp-session-id": client.session };
  const messages = await messagesOf(await send(client.who.token, message, { headers }));
  const steps = messages.filter(({ method }) => method === "notifications/progress")
    .map(({ params }) => z.object({ progress: z.number(), message: z.string() }).parse(params));
  const numbers = steps.map(({ progress }) => progress);
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b));
  const told = steps.map(({ message }) => message).join("\n");
  for (const what of [/run\.started/, /one/, /two/, /run\.succeeded/]) assert.match(told, what);
  assert.equal(messages.at(-1)?.id, 5);
});

promise("a cancellation stops the run, wherever it arrives", async () => {
  const client = await connect("canceller");
  await agentOf(client.who, { name: "slow", source: SLOW });
  const pending = client.use("agent_slow", {}, { id: 77 });
  await runWith(client, /running/);
  const cancelled = { method: "notifications/cancelled", params: { requestId: 77 } };
  // Not in this process: to the functions of the stack.
  const reply = await call(testStack(), "POST", "/mcp", {
    token: client.who.token,
    body: { jsonrpc: "2.0", ...cancelled },
    headers: { "mcp-session-id": client.session, accept: "application/json, text/event-stream" },
  });
  assert.equal(reply.status, 202);
  const { isError, structuredContent } = await pending;
  assert.deepEqual([isError, structuredContent.status], [true, "cancelled"]);
});

promise(
  "another session's request of the same number goes on, and so does a stranger's",
  async () => {
    const [client, other] = [await connect("kept"), await connect("other")];
    await agentOf(client.who, { name: "slow", source: SLOW });
    const gone = new AbortController();
    const pending = client.use("agent_slow", {}, { id: 78, signal: gone.signal }).catch(() => {});
    const { id } = await runWith(client, /running/);
    const body = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 78 } };
    const again = await connect("again", undefined, client.who);
    for (
      const [token, session] of [[client.who.token, again.session], [
        other.who.token,
        client.session,
      ]]
    ) {
      const headers = { "mcp-session-id": session ?? "" };
      assert.equal((await send(token, body, { headers })).status, 202);
    }
    assert.equal((await client.use("get_run", { run_id: id })).structuredContent.status, "running");
    await client.use("cancel_run", { run_id: id });
    await pending;
  },
);

promise("a client that leaves cancels its run in revision 2026-07-28, and not before", async () => {
  for (const modern of [true, false]) {
    const client = await connect("leaver");
    await agentOf(client.who, { name: "slow", source: SLOW });
    const gone = new AbortController();
    const headers = modern
      ? {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "agent_slow",
      }
      : { "mcp-session-id": client.session };
    const message = calling(79, "agent_slow", modern ? { _meta: META } : {});
    const pending = send(client.who.token, message, { headers, signal: gone.signal })
      .then((response) => response.text()).catch(() => {});
    const { id } = await runWith(client, /running/);
    gone.abort();
    if (modern) assert.equal((await runWith(client, ENDED)).status, "cancelled");
    else {
      await becomeQuiet();
      assert.equal((await runWith(client, /./)).status, "running");
      await client.use("cancel_run", { run_id: id });
    }
    await pending;
  }
});

promise("a request that is repeated in its session gets the same run", async () => {
  const client = await connect("repeater");
  await agentOf(client.who);
  const first = await client.use("agent_echo", { input: 1 }, { id: 80 });
  const again = await client.use("agent_echo", { input: 1 }, { id: 80 });
  assert.equal(again.structuredContent.run_id, first.structuredContent.run_id);
  const other = await client.use("agent_echo", { input: 2 }, { id: 80 });
  assert.equal(other.structuredContent.error?.code, "idempotency_key_reused");
  const fresh = await connect("fresh", undefined, client.who);
  const next = await fresh.use("agent_echo", { input: 1 }, { id: 80 });
  assert.notEqual(next.structuredContent.run_id, first.structuredContent.run_id);
});
