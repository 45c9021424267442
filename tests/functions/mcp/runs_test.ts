import assert from "@std/assert";
import * as z from "zod";
import { becomeQuiet } from "../../background.ts";
import { ADDRESS_HEADER, call, testStack } from "../../stack.ts";
import { Fault } from "../../../supabase/functions/_shared/fault.ts";
import { startRun } from "../../../supabase/functions/mcp/runs/start.ts";
import type { Ask } from "../../../supabase/functions/mcp/siblings/ask.ts";
import { inRole, operator, promise } from "../matrix/cast.ts";
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

/** A client of somebody in a role: a streamer may have streams, a user may not. */
async function clientIn(role: "streamer" | "user"): Promise<Client> {
  await using sql = operator();
  return await connect(role, undefined, await inRole(sql, role));
}

/** What is told of a run of an agent while it runs, and the answer at its end. */
async function followed({ who, session }: Client, tool: string) {
  const message = calling(5, tool, { _meta: { progressToken: "p" } });
  const headers = { "mcp-session-id": session };
  const messages = await messagesOf(await send(who.token, message, { headers }));
  const steps = messages.filter(({ method }) => method === "notifications/progress")
    .map(({ params }) => z.object({ progress: z.number(), message: z.string() }).parse(params));
  return { steps, last: messages.at(-1) };
}

promise("a run's events are told as progress that only grows, where it was asked for", async () => {
  const client = await clientIn("streamer");
  const source = `export default (_, agent) => { agent.log("one"); agent.log("two"); return 3; };`;
  await agentOf(client.who, { name: "teller", source });
  const { steps, last } = await followed(client, "agent_teller");
  const numbers = steps.map(({ progress }) => progress);
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b));
  const told = steps.map(({ message }) => message).join("\n");
  for (const what of [/run\.started/, /one/, /two/, /run\.succeeded/]) assert.match(told, what);
  assert.equal(last?.id, 5);
});

promise("of a run that says much, all is told to its last event", async () => {
  const client = await clientIn("streamer");
  const source = "export default (_, agent) => { for (let i = 0; i < 250; i++) agent.log(i); };";
  await agentOf(client.who, { name: "busy", source });
  const { steps } = await followed(client, "agent_busy");
  assert.match(steps.at(-1)?.message ?? "", /^run\.succeeded/);
  const lines = steps.filter(({ message }) => /^log/.test(message));
  assert.ok(steps.length > 250, `${steps.length} of them, ${lines.length} lines`);
});

promise(
  "progress is a stream: who may have none gets the answer alone, and others pay",
  async () => {
    const [client, reader] = [await clientIn("streamer"), await clientIn("user")];
    for (const { who } of [client, reader]) await agentOf(who);
    const leftOf = async ({ who }: Client) => {
      const text = await (await who.call("GET", "/agents/limits")).text();
      return z.object({
        budgets: z.array(z.object({ budget: z.string(), remaining: z.number() })),
      }).parse(JSON.parse(text)).budgets.find(({ budget }) => budget === "stream")?.remaining ?? 0;
    };
    const before = await leftOf(client);
    const told = await followed(client, "agent_echo");
    assert.ok(told.steps.length > 0);
    assert.equal(await leftOf(client), before - 1);
    const { steps, last } = await followed(reader, "agent_echo");
    assert.deepEqual(steps, []);
    assert.match(JSON.stringify(last?.result), /"status":"succeeded"/);
  },
);

promise("a start whose answer did not come is asked for again under the same key", async () => {
  const asked: (string | undefined)[] = [];
  const id = `run_${"0".repeat(12)}7${"0".repeat(3)}8${"0".repeat(15)}`;
  const ask: Ask = ({ headers }) => {
    asked.push(headers?.["idempotency-key"]);
    return asked.length === 1 ? Promise.reject(new Fault("internal")) : Promise.resolve({ id });
  };
  await startRun(ask, undefined, { agent: "slow", input: null });
  assert.equal(asked.length, 2);
  assert.match(asked[0] ?? "", /^mcp-/);
  assert.equal(asked[0], asked[1]);
  const refused: Ask = () => Promise.reject(new Fault("agent_quarantined"));
  await assert.rejects(startRun(refused, "mcp-1", { agent: "slow", input: null }), Fault);
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

promise(
  "a client that leaves over HTTP cancels its run, whether it has progress told or not",
  async () => {
    const client = await clientIn("streamer");
    await agentOf(client.who, { name: "slow", source: SLOW });
    for (const progressToken of [undefined, "p"]) {
      const gone = new AbortController();
      const message = calling(81, "agent_slow", {
        _meta: { ...META, ...(progressToken && { progressToken }) },
      });
      const pending = fetch(`${testStack().url}/functions/v1/mcp`, {
        method: "POST",
        signal: gone.signal,
        body: JSON.stringify(message),
        headers: {
          "authorization": `Bearer ${client.who.token}`,
          [ADDRESS_HEADER]: client.who.address,
          "content-type": "application/json",
          "accept": "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": "tools/call",
          "mcp-name": "agent_slow",
        },
      }).then((reply) => reply.text()).catch(() => {});
      await runWith(client, /queued|running/);
      gone.abort();
      await pending;
      assert.equal((await runWith(client, ENDED)).status, "cancelled", progressToken);
    }
  },
);

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
