import assert from "@std/assert";
import postgres from "postgres";
import { Run, runId } from "../../../supabase/functions/execute/runs/schema.ts";
import { newKey } from "../../keys.ts";
import { call, type Person, person } from "../../stack.ts";
import { ownStack } from "../admin/own_stack.ts";

const SOURCE = `export default async (_, agent) => {
  try { return await agent.email({ to: "ann@example.com", subject: "Hi", text: "Hello" }); }
  catch (error) { return error.code; }
};`;

Deno.test("a call that the operator has a person asked about can be approved, by whichever policy", async () => {
  await using own = await ownStack();
  const { stack } = own;
  const sql = postgres(stack.adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [ann, chief] = [await person("ann", stack), await person("chief", stack)];
    await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
    const email = { domains: ["**"], approval: "required" };
    const set = await chief.call("PUT", "/admin/policy", { body: { email, approval_seconds: 30 } });
    assert.equal(set.status, 200, await set.text());
    const agent = { name: "mail", source: SOURCE, policy: { email: { domains: ["example.com"] } } };
    assert.equal((await ann.call("POST", "/agents", { body: agent })).status, 201);
    for (const body of [{}, { record: true }]) await approves(ann, body);
    const bare = { name: "bare", source: "export default () => 1;" };
    assert.equal((await ann.call("POST", "/agents", { body: bare })).status, 201);
    const run = await start(ann, "bare", {});
    assert.equal(run.limits?.wall_ms, 10_000, "who may call nothing waits for nobody");
    const { key: token } = await newKey(ann, { scopes: ["agents:execute"] });
    const headers = { prefer: "wait=0" };
    const reply = await call(stack, "POST", "/execute/agents/mail", { token, headers, body: {} });
    assert.equal(reply.status, 202, "a key that may only execute does");
    const asking = Run.parse(await reply.json());
    assert.equal(asking.limits?.wall_ms, 40_000);
    const over = await ann.call("POST", `/execute/runs/${asking.id}/cancel`);
    assert.equal(over.status, 202, await over.text());
  } finally {
    await sql.end();
  }
});

async function start(owner: Person, agent: string, body: unknown): Promise<Run> {
  const headers = { prefer: "wait=0" };
  const reply = await owner.call("POST", `/execute/agents/${agent}`, { body, headers });
  assert.ok(reply.ok);
  return Run.parse(await reply.json());
}

/** Starts a run, approves its call, and sees that it went on: nothing here sends messages. */
async function approves(owner: Person, body: unknown): Promise<void> {
  const run = await start(owner, "mail", body);
  assert.equal(run.limits?.wall_ms, 40_000);
  const path = `/execute/runs/${run.id}`;
  const waiting = await until(async () => {
    const { data } = await owner.supabase.from("tool_calls").select("id")
      .eq("run_id", runId.param.parse(run.id)).eq("verdict", "waiting");
    return data?.[0]?.id;
  });
  const decided = await owner.call("POST", `${path}/calls/${waiting}`, {
    body: { decision: "approve" },
  });
  assert.equal(decided.status, 200, await decided.text());
  const output = await until(async () => {
    const now = Run.parse(await (await owner.call("GET", path)).json());
    return now.status === "succeeded" ? now.output : undefined;
  });
  assert.equal(output, "unavailable");
}

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const late = AbortSignal.timeout(20_000);;) {
    const found = await find();
    if (found !== undefined) return found;
    assert.ok(!late.aborted, "it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
