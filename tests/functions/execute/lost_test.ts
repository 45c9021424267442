import assert from "@std/assert";
import postgres from "postgres";
import { uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { type Person, person, testStack } from "../../stack.ts";
import { as, type Ask, becomeQuiet, create, eventsOf } from "./rig.ts";

const SLOW = "export default () => new Promise((resolve) => setTimeout(resolve, 8000));";

/** Reads and changes what only an operator can. */
async function asOperator<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** A run that the database has started and that nobody executes, as after the death of an isolate. */
async function orphan(owner: Person, agent: string, key?: string): Promise<string> {
  const id = uuid7();
  await asOperator((sql) =>
    sql`select public.start_run(${id}, ${owner.id}, ${agent}, 1, 'null', 'quickjs', '{}', ${LIMITS},
      300000, 'r', ${key ?? null}, ${key === undefined ? null : "hash"})`
  );
  return id;
}

const LIMITS = JSON.stringify({
  wall_ms: 1,
  cpu_ms: 1,
  memory_bytes: 1,
  output_bytes: 1,
  log_bytes: 1,
  events: 1,
  tool_calls: 1,
  tool_concurrency: 1,
  tool_bytes: 1,
});

/** Makes a run look as if its executor had been silent for so long. */
function silence(id: string, seconds: number): Promise<unknown> {
  return asOperator((sql) =>
    sql`update public.runs set heartbeat_at = now() - make_interval(secs => ${seconds})
      where id = ${id}`
  );
}

async function find(ask: Ask, id: string) {
  return await (await ask("GET", `/execute/runs/run_${id.replaceAll("-", "")}`)).json();
}

// The key of seals may still be derived for the test before this one: that is nobody's leak.
Deno.test("GET /execute/runs/:id tells an owner within 20 seconds that a run's executor died", {
  sanitizeOps: false,
}, async () => {
  const owner = await person("ann");
  const [ann, bob] = [as(owner), as(await person("bob"))];
  await create(ann, "slow", SLOW);
  const id = await orphan(owner, "slow");
  await silence(id, 15);
  assert.equal((await find(ann, id)).status, "running");
  await silence(id, 21);
  assert.equal((await find(bob, id)).code, "not_found");
  const { status, error, usage } = await find(ann, id);
  assert.deepEqual([status, error.kind, error.name, usage], ["lost", "lost", "RunLost", null]);
});

Deno.test("who follows a run whose executor died sees one terminal event", async () => {
  const owner = await person("ann");
  const ann = as(owner);
  await create(ann, "slow", SLOW);
  const id = await orphan(owner, "slow");
  const path = `/execute/runs/run_${id.replaceAll("-", "")}/events`;
  const stream = await ann("GET", path, undefined, { accept: "text/event-stream" });
  await silence(id, 21);
  const events = eventsOf(await stream.text());
  assert.deepEqual(events.map(({ event }) => event), ["run.started", "run.lost"]);
  assert.equal(events[1]?.data.error.kind, "lost");
});

Deno.test("a run that says nothing for a while shows that it lives", async () => {
  const owner = await person("ann");
  const ann = as(owner);
  await create(ann, "slow", SLOW);
  const prefer = { prefer: "respond-async" };
  const { id } = await (await ann("POST", "/execute/agents/slow", {}, prefer)).json();
  const beats = () =>
    asOperator(async (sql) => {
      const [row] = await sql`select heartbeat_at > started_at as later from public.runs
        where owner_id = ${owner.id}`;
      return row?.later;
    });
  while (!await beats()) { /* the first report comes after a second */ }
  const { data } = await (await ann("GET", `/execute/runs/${id}/events`)).json();
  const types = data.map(({ type }: { type: string }) => type);
  assert.deepEqual(types, ["run.queued", "run.started"]);
  await (await ann("POST", `/execute/runs/${id}/cancel`)).body?.cancel();
  await becomeQuiet();
});

Deno.test("a program whose run was given up as lost is stopped, and its stream says lost, once", async () => {
  const owner = await person("ann");
  const ann = as(owner);
  await create(ann, "slow", SLOW);
  const accept = { accept: "text/event-stream" };
  const stream = await ann("POST", "/execute/agents/slow", {}, accept);
  const id = stream.headers.get("location")?.split("/").at(-1) ?? "";
  await asOperator((sql) =>
    sql`update public.runs set deadline_at = now() - interval '1 s' where owner_id = ${owner.id}`
  );
  assert.equal((await (await ann("GET", `/execute/runs/${id}`)).json()).status, "lost");
  const types = eventsOf(await stream.text()).map(({ event }) => event);
  assert.deepEqual(types, ["run.started", "run.lost"]);
  await becomeQuiet();
});
