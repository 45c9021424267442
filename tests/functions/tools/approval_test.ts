import assert from "@std/assert";
import postgres from "postgres";
import * as z from "zod";
import { defineTool } from "../../../supabase/functions/tools/calls/tool.ts";
import { testStack } from "../../stack.ts";
import { onEveryEngine, outputOf, type ToolRig } from "./rig.ts";

/** A tool whose every act is remembered. */
function recorder() {
  const acts: string[] = [];
  const tool = defineTool({
    name: "email",
    grant: "email",
    args: z.strictObject({ to: z.string() }),
    plan: ({ to }) => ({ target: to, summary: { to }, check() {} }),
    async perform({ to }) {
      await Promise.resolve();
      acts.push(to);
      return { value: "sent" };
    },
  });
  return { acts, tool };
}

/** Less than the ten seconds that a policy gives a person at least. */
const WALL_MS = 4_000;

const WISH = {
  policy: { email: { domains: ["example.com"], approval: "required" as const } },
  source: `export default async (_, agent) => {
    try { return await agent.call("email", { to: "ann@example.com" }); }
    catch (error) { return error.code; }
  };`,
};

/** A run whose only call waits for its owner. */
async function waiting(rig: ToolRig) {
  const run = await rig.start(await rig.agent(WISH));
  const { calls: [call] } = await rig.until(run, ({ calls }) => calls[0]?.verdict === "waiting");
  if (call === undefined) throw new Error("no call");
  return { run, call };
}

function opened(): { acts: string[]; tools: () => ReturnType<typeof recorder>["tool"][] } {
  const acts: string[] = [];
  return {
    acts,
    tools: () => {
      const { tool, acts: own } = recorder();
      acts.length = 0;
      own.push = (...items) => acts.push(...items);
      return [tool];
    },
  };
}

const yes = opened();
onEveryEngine("a call that its owner approves is done once", yes.tools, async (rig) => {
  const { run, call } = await waiting(rig);
  assert.deepEqual(yes.acts, [], "nothing is done before somebody said yes");
  const path = `/execute/runs/${run.id}/calls/${call.id}`;
  const reply = await rig.ask("POST", path, { decision: "approve" });
  assert.equal(reply.status, 200, await reply.text());
  const ended = await rig.until(run, ({ run }) => run.status !== "running");
  assert.equal(outputOf(ended), "sent");
  assert.deepEqual(yes.acts, ["ann@example.com"]);
  assert.deepEqual(
    ended.calls.map(({ verdict, outcome }) => [verdict, outcome]),
    [["approved", "ok"]],
  );
  assert.equal((await rig.ask("POST", path, { decision: "deny" })).status, 409);
});

const no = opened();
onEveryEngine(
  "a call that its owner denies is not done, and the run goes on",
  no.tools,
  async (rig) => {
    const { run, call } = await waiting(rig);
    const path = `/execute/runs/${run.id}/calls/${call.id}`;
    assert.equal((await rig.ask("POST", path, { decision: "deny" })).status, 200);
    const ended = await rig.until(run, ({ run }) => run.status !== "running");
    assert.equal(outputOf(ended), "approval_denied");
    assert.deepEqual(no.acts, []);
  },
);

const unheard = opened();
onEveryEngine(
  "a program hears that nobody approved its call, however little time its run has",
  unheard.tools,
  async (rig) => {
    const { run, call } = await waiting(rig);
    const before = Date.parse(run.started_at ?? "") + WALL_MS;
    assert.ok(Date.parse(call.deadline_at ?? "") <= before - 2_000);
    const ended = await rig.until(run, ({ run }) => run.status !== "running");
    assert.equal(outputOf(ended), "approval_expired");
    assert.deepEqual(ended.calls.map(({ verdict }) => verdict), ["expired"]);
    assert.deepEqual(unheard.acts, []);
  },
  { wallMs: WALL_MS },
);

const late = opened();
onEveryEngine("a call that nobody approves in time is not done", late.tools, async (rig) => {
  const { run, call } = await waiting(rig);
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`; // else not even we may change it
      await tx`update public.tool_calls set deadline_at = now() where id = ${call.id}`;
    });
  } finally {
    await sql.end();
  }
  const ended = await rig.until(run, ({ run }) => run.status !== "running");
  assert.equal(outputOf(ended), "approval_expired");
  assert.deepEqual(late.acts, []);
  const path = `/execute/runs/${run.id}/calls/${call.id}`;
  assert.equal((await rig.ask("POST", path, { decision: "approve" })).status, 409);
});
