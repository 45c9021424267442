import assert from "@std/assert";
import agents from "../../../supabase/functions/agents/index.ts";
import { uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { RunUsageReport } from "../../../supabase/functions/agents/usage/schema.ts";
import { becomeQuiet } from "../../background.ts";
import { ADDRESS_HEADER, type Person, person } from "../../stack.ts";
import { operator } from "../matrix/cast.ts";

const SOURCE = "export default () => 1;";
const DAY_MS = 86_400_000;

/** The app itself, without a port, as a person. */
async function ask({ token, address }: Person, path: string, body?: unknown) {
  const response = await agents.request(path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      [ADDRESS_HEADER]: address,
      "content-type": "application/json",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** Somebody with two agents and runs of them: now, and three days ago. */
async function historian(): Promise<Person> {
  await using sql = operator();
  const ann = await person("ann");
  for (const name of ["weather", "news"]) await ask(ann, "/agents", { name, source: SOURCE });
  const runs = [
    { days: 3, agent: "weather", status: "failed", usage: { wall_ms: 400, cpu_ms: 8 } },
    { days: 0, agent: "news", status: "succeeded", usage: { wall_ms: 100, cpu_ms: 2.5 } },
    { days: 0, agent: "weather", status: "queued", usage: null },
  ];
  for (const { days, agent, status, usage } of runs) {
    const at = new Date(Date.now() - days * DAY_MS);
    const ended = status === "queued" ? null : at;
    await sql`
      insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status,
        input, usage, created_at, ended_at, queued_at)
      select ${uuid7(at.getTime())}, owner_id, id, name, id, 1, ${status}, '1',
        ${usage && JSON.stringify(usage)}::text::json, ${at}, ${ended}, ${at}
      from public.agents where owner_id = ${ann.id} and name = ${agent}
    `;
    // Nobody is to execute what was only written down.
    await sql`select app.queue_drop(id) from public.runs
      where owner_id = ${ann.id} and status = 'queued'`;
  }
  return ann;
}

Deno.test("GET /agents/runs lists the runs of all agents, newest first, page by page", async () => {
  const ann = await historian();
  const first = (await ask(ann, "/agents/runs?limit=2")).body;
  const rest = (await ask(ann, `/agents/runs?limit=2&cursor=${first.next_cursor}`)).body;
  const told = [...first.data, ...rest.data];
  assert.deepEqual(
    told.map(({ agent, status, engine, trigger }) => [agent, status, engine, trigger]),
    [
      ["weather", "queued", null, "request"],
      ["news", "succeeded", null, "request"],
      ["weather", "failed", null, "request"],
    ],
  );
  assert.equal(rest.next_cursor, null);
  const list = async (query: string) => (await ask(ann, `/agents/runs?${query}`)).body.data.length;
  assert.deepEqual(
    [await list("agent=weather"), await list("status=succeeded"), await list("agent=news")],
    [2, 1, 1],
  );
  const elsewhere = await ask(ann, `/agents/news/runs?cursor=${first.next_cursor}`);
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [400, "invalid_cursor"]);
  await becomeQuiet();
});

Deno.test("GET /agents/usage counts runs by day, status and agent, with their times", async () => {
  const ann = await historian();
  const { body } = await ask(ann, "/agents/usage?days=7&time_zone=Europe/Berlin");
  const { total, days, agents: each, counted_since } = RunUsageReport.parse(body);
  assert.deepEqual([total.runs, total.wall_ms, total.cpu_ms, counted_since], [3, 500, 10.5, null]);
  assert.deepEqual([days.length, days.at(-1)?.runs, days.at(-4)?.statuses.failed], [7, 2, 1]);
  assert.deepEqual(each.map(({ agent, runs }) => [agent, runs]), [["weather", 2], ["news", 1]]);
  assert.deepEqual([total.wall_p50_ms, days[0]?.wall_p50_ms], [250, null]);
  const news = (await ask(ann, "/agents/usage?agent=news")).body;
  assert.deepEqual([news.total.runs, news.days.length, news.time_zone], [1, 30, "UTC"]);
  await becomeQuiet();
});

Deno.test("a stranger counts and lists no runs but their own, and cannot tell a hidden agent from a missing one", async () => {
  await historian();
  const bob = await person("bob");
  assert.equal((await ask(bob, "/agents/usage")).body.total.runs, 0);
  assert.deepEqual((await ask(bob, "/agents/runs")).body.data, []);
  for (const path of ["/agents/usage", "/agents/runs"]) {
    const hidden = await ask(bob, `${path}?agent=weather`);
    const missing = await ask(bob, `${path}?agent=nobodys`);
    assert.deepEqual([hidden.status, hidden.body.code], [404, "not_found"]);
    assert.equal(hidden.body.detail, missing.body.detail);
    assert.equal((await agents.request(path)).status, 401);
  }
  await becomeQuiet();
});

Deno.test("usage is counted for one caller at a time, and others are not kept waiting", async () => {
  const [ann, bob] = [await person("ann"), await person("bob")];
  await using sql = operator();
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(
      hashtextextended(concat_ws('.', 'cloister', 'usage', ${ann.id}::uuid), 0))`;
    const { status, body } = await ask(ann, "/agents/usage");
    assert.deepEqual([status, body.code, body.retry_after], [429, "rate_limited", 1]);
    assert.equal((await ask(bob, "/agents/usage")).status, 200);
  });
  assert.equal((await ask(ann, "/agents/usage")).status, 200);
  await becomeQuiet();
});

Deno.test("GET /agents/usage refuses more days than 90, and a time zone that there is not", async () => {
  const ann = await person("ann");
  for (
    const query of [
      "days=0",
      "days=91",
      "days=x",
      "time_zone=Mars/Olympus",
      "time_zone=;--",
      "hours=3",
    ]
  ) {
    const { status, body } = await ask(ann, `/agents/usage?${query}`);
    assert.deepEqual([status, body.code], [400, "invalid_request"], query);
  }
  await becomeQuiet();
});

Deno.test("no agent is named runs or usage: its address is taken", async () => {
  const ann = await person("ann");
  for (const name of ["runs", "usage"]) {
    assert.equal(
      (await ask(ann, "/agents", { name, source: SOURCE })).body.code,
      "invalid_request",
    );
  }
  await becomeQuiet();
});
