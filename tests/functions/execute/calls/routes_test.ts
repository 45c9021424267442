import assert from "@std/assert";
import * as z from "zod";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import { defineTool } from "../../../../supabase/functions/tools/calls/tool.ts";
import { newKey } from "../../../keys.ts";
import { anonymous, call as callAs, person, testStack } from "../../../stack.ts";
import { callsOf, onEveryEngine, outputOf, type ToolRig } from "../../tools/rig.ts";

/** A tool that fetches nothing, within the hosts and methods that are granted. */
const fetched = defineTool({
  name: "fetch",
  grant: "fetch",
  args: z.strictObject({ url: z.string() }),
  plan: ({ url }) => ({
    target: `GET ${url}`,
    summary: { url },
    check({ rules }) {
      const { hostname, pathname } = new URL(url);
      const rule = rules.find(({ host }) => host === hostname || host === "**");
      if (!rule) throw new ToolRefusal("host_denied", "Not this host.");
      const path = rule.paths.some((path) => path === pathname || path === "/**");
      if (!path) throw new ToolRefusal("path_denied", "Not this path.");
    },
  }),
  perform: ({ url }) => Promise.resolve({ value: url, bytesIn: 1_000 }),
});

const SOURCE = `export default async (urls, agent) => {
  const answers = [];
  for (const url of urls) {
    answers.push(await agent.call("fetch", { url }).catch(({ code }) => code));
  }
  return answers;
}`;
const URLS = ["https://api.example.com/a", "https://api.example.com/b", "https://b.example.org/"];

onEveryEngine("GET /runs/:id/calls goes on after a number", [fetched], async (rig) => {
  const { run } = await rig.run({ policy: {}, source: SOURCE, input: URLS, record: true });
  const reply = await rig.ask("GET", `/execute/runs/${run.id}/calls?after=1`);
  const { data } = await reply.json();
  assert.deepEqual(data.map(({ seq }: { seq: number }) => seq), [2, 3]);
  assert.equal((await rig.ask("GET", `/execute/runs/${run.id}/calls?after=-1`)).status, 400);
});

onEveryEngine(
  "GET /runs/:id/calls and /policy cannot tell a hidden run from a missing one",
  [fetched],
  async (rig) => {
    const { run } = await rig.run({ policy: {}, source: SOURCE, input: URLS });
    const stranger = await person("stranger");
    const missing = "run_01890000000070008000000000000000";
    for (const path of ["calls", "policy"]) {
      const hidden = await stranger.call("GET", `/execute/runs/${run.id}/${path}`);
      const none = await stranger.call("GET", `/execute/runs/${missing}/${path}`);
      assert.deepEqual([hidden.status, none.status], [404, 404]);
      assert.deepEqual(bare(await hidden.json()), bare(await none.json()));
    }
    const { error } = await anonymous().from("tool_calls").select("id");
    assert.equal(error?.code, "42501");
  },
);

const WAITING = {
  policy: { fetch: { rules: [{ host: "api.example.com" }], approval: "required" as const } },
  source: `export default (_, agent) =>
    agent.call("fetch", { url: "https://api.example.com/" }).catch(({ code }) => code);`,
};

async function waitingCall(rig: ToolRig) {
  const run = await rig.start(await rig.agent(WAITING));
  const { calls: [call] } = await rig.until(run, ({ calls }) => calls[0]?.verdict === "waiting");
  assert.ok(call);
  return { run, call };
}

onEveryEngine(
  "only the owner in person decides, and only about a call of that run",
  [fetched],
  async (rig) => {
    const { run, call } = await waitingCall(rig);
    const path = `/execute/runs/${run.id}/calls/${call.id}`;
    const body = { decision: "approve" };
    const stranger = await person("stranger");
    assert.equal((await stranger.call("POST", path, { body })).status, 404);
    const { key } = await newKey(rig.owner);
    const byKey = await callAs(testStack(), "POST", path, { token: key, body });
    assert.equal(byKey.status, 403);
    const other = await rig.run({ policy: {}, source: SOURCE, input: [] });
    const elsewhere = `/execute/runs/${other.run.id}/calls/${call.id}`;
    assert.equal((await rig.ask("POST", elsewhere, body)).status, 404);
    assert.equal((await rig.ask("POST", path, { decision: "maybe" })).status, 400);
    assert.deepEqual((await callsOf(rig.owner, run)).map(({ verdict }) => verdict), ["waiting"]);
    assert.equal((await rig.ask("POST", path, { decision: "deny" })).status, 200);
    const ended = await rig.until(run, ({ run }) => run.status !== "running");
    assert.equal(outputOf(ended), "approval_denied");
  },
);

onEveryEngine("a run's events tell that a call waits for its owner", [fetched], async (rig) => {
  const { run, call } = await waitingCall(rig);
  await rig.ask("POST", `/execute/runs/${run.id}/calls/${call.id}`, { decision: "approve" });
  await rig.until(run, ({ run }) => run.status !== "running");
  const reply = await rig.ask("GET", `/execute/runs/${run.id}/events`);
  const { data } = await reply.json();
  const told = data.find(({ type }: { type: string }) => type === "tool.waiting");
  assert.equal(told?.data.call, call.id);
  assert.equal(told?.data.tool, "fetch");
});

function bare({ code, status, title }: Record<string, unknown>) {
  return { code, status, title };
}
