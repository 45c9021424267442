import assert from "@std/assert";
import postgres, { type Sql, type TransactionSql } from "postgres";
import type { Identity } from "./database.ts";
import { useScratch } from "./database.ts";

const CONNECTIONS = 12;
const scratch = useScratch();
const SERVICE: Identity = { role: "service_role" };

type Outcome = "done" | string;

/** What a test needs: many connections, a user, and calls that commit. */
interface Ring {
  sql: Sql;
  user: Identity & { sub: string };
  /** Runs a query as somebody in a transaction of its own; a refusal becomes its fault code. */
  as(who: Identity, query: (sql: TransactionSql) => Promise<unknown>): Promise<Outcome>;
  start(agent: string, key?: string): Promise<Outcome>;
}

async function ring(work: (ring: Ring) => Promise<void>): Promise<void> {
  const sql = scratch().connect(CONNECTIONS);
  const sub = crypto.randomUUID();
  await times(CONNECTIONS, () => sql`select 1`); // all connections are open before the race
  await sql`insert into auth.users (id) values (${sub})`;
  const as: Ring["as"] = (who, query) => attempt(sql, who, query);
  const start: Ring["start"] = (agent, key) =>
    as(
      SERVICE,
      (tx) =>
        tx`select public.start_run(app_id.id, ${sub}, ${agent}, null, '1', 'quickjs', '{}', '{}', 1000,
        'request', ${key ?? null}, ${
          key === undefined ? null : "hash"
        }) from (select ${runId()}::uuid as id) as app_id`,
    );
  await work({ sql, user: { role: "authenticated", sub }, as, start });
  await sql`update app.settings set max_concurrent_runs = 10, max_agents = 1000`;
  await sql.end();
}

async function attempt(
  sql: Sql,
  { role, sub }: Identity,
  query: (sql: TransactionSql) => Promise<unknown>,
) {
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub })}, true)`;
      await query(tx);
    });
    return "done";
  } catch (error) {
    if (error instanceof postgres.PostgresError) return error.message;
    throw error;
  }
}

/** A UUIDv7 of now. */
function runId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

function createAgent({ as, user }: Ring, name: string): Promise<Outcome> {
  return as(user, (tx) => tx`select public.create_agent(${name}, '', 'x', 'javascript')`);
}

Deno.test("however many runs start at once, the quota holds exactly", () =>
  ring(async (it) => {
    await createAgent(it, "weather");
    await it.sql`update app.settings set max_concurrent_runs = 5`;
    const outcomes = await times(24, () => it.start("weather"));
    assert.deepEqual(tally(outcomes), { done: 5, too_many_runs: 19 });
  }));

Deno.test("however often a key comes at once, it starts one run", () =>
  ring(async (it) => {
    await createAgent(it, "weather");
    const outcomes = await times(24, () => it.start("weather", "key"));
    assert.deepEqual(tally(outcomes), { done: 24 });
    const runs = await it.sql`select from public.runs where owner_id = ${it.user.sub}`;
    assert.equal(runs.length, 1);
  }));

Deno.test("however often a name is taken at once, one agent gets it", () =>
  ring(async (it) => {
    const outcomes = await times(24, () => createAgent(it, "weather"));
    assert.deepEqual(tally(outcomes), { done: 1, name_taken: 23 });
  }));

Deno.test("a rename and a new agent that want one name do not both get it", () =>
  ring(async (it) => {
    await createAgent(it, "old");
    const rename = () => it.as(it.user, (tx) => tx`select public.update_agent('old', 'new')`);
    const outcomes = await times(2, (n) => n === 0 ? rename() : createAgent(it, "new"));
    assert.deepEqual(tally(outcomes), { done: 1, name_taken: 1 });
  }));

Deno.test("however many agents are made at once, the quota holds exactly", () =>
  ring(async (it) => {
    await it.sql`update app.settings set max_agents = 3`;
    const outcomes = await times(24, (n) => createAgent(it, `agent-${n}`));
    assert.deepEqual(tally(outcomes), { done: 3, too_many_agents: 21 });
  }));

Deno.test("versions that are written at once are numbered without gap or repetition", () =>
  ring(async (it) => {
    await createAgent(it, "weather");
    await times(
      24,
      () => it.as(it.user, (tx) => tx`select public.create_version('weather', 'x', 'javascript')`),
    );
    const [{ numbers }] = await it.sql<[{ numbers: number[] }]>`
      select array_agg(version order by version) as numbers from public.agent_versions
      where owner_id = ${it.user.sub}
    `;
    assert.deepEqual(numbers, Array.from({ length: 25 }, (_, n) => n + 1));
  }));

Deno.test("an agent is deleted or it runs, never both", () =>
  ring(async (it) => {
    const pairs = await times(20, async (n) => {
      const name = `agent-${n}`;
      await createAgent(it, name);
      await it.sql`update app.settings set max_concurrent_runs = 100`;
      const remove = it.as(it.user, (tx) => tx`select public.delete_agent(${name})`);
      return (await Promise.all([remove, it.start(name)])).join(" ");
    });
    for (const pair of pairs) assert.match(pair, /^(done not_found|agent_busy done)$/);
  }));

Deno.test("settling, cancelling, reaping and adding events at once end a run once", () =>
  ring(async (it) => {
    await createAgent(it, "weather");
    await it.sql`update app.settings set max_concurrent_runs = 100`;
    await times(30, () => it.start("weather"));
    const runs = await it.sql<{ id: string }[]>`
      update public.runs set deadline_at = clock_timestamp() where owner_id = ${it.user.sub}
      returning id
    `;
    const outcomes = await Promise.all(runs.flatMap(({ id }) => race(it, id)));
    assert.deepEqual(Object.keys(tally(outcomes)), ["done"]);
    assert.deepEqual(await endings(it), { runs: 30, ended: 30, endings: 30, last: 30 });
  }));

/** Everybody who may end a run, at once. */
function race({ as, user }: Ring, id: string): Promise<Outcome>[] {
  const ending = JSON.stringify({ status: "succeeded", output: "1", error: null, usage: "{}" });
  const events = JSON.stringify([{ seq: 2, type: "log", at: null, data: "1" }]);
  return [
    as(user, (tx) => tx`select public.cancel_run(${id})`),
    as(user, (tx) => tx`select public.find_run(${id})`),
    as(SERVICE, (tx) => tx`select public.settle_run(${id}, ${ending}, ${events})`),
    as(SERVICE, (tx) => tx`select public.append_run_events(${id}, ${events})`),
    as(SERVICE, (tx) => tx`select public.reap_runs()`),
    as(SERVICE, (tx) => tx`select public.settle_run(${id}, ${ending})`),
  ];
}

/** How many runs ended, and how many of them have one ending, of their status, as their last event. */
async function endings({ sql, user }: Ring) {
  const [counts] = await sql`
    select count(*)::int as runs,
      count(*) filter (where r.status in ('succeeded', 'lost'))::int as ended,
      sum((select count(*) from public.run_events as e
        where e.run_id = r.id and e.type like 'run.%' and e.seq > 1))::int as endings,
      count(*) filter (where 'run.' || r.status = (select type from public.run_events as e
        where e.run_id = r.id order by seq desc limit 1))::int as last
    from public.runs as r where r.owner_id = ${user.sub}
  `;
  return { ...counts };
}

Deno.test("a partition is made while events are written, once, and nobody waits for ever", () =>
  ring(async (it) => {
    await createAgent(it, "weather");
    const partitions = () =>
      it.sql`select count(*)::int as n from pg_inherits where inhparent = 'public.run_events'::regclass`;
    const [before] = await partitions();
    const ensure = () =>
      it.sql`select app.ensure_partitions(5)`.then(
        () => "done",
        (error: Error) => error.message,
      );
    const outcomes = await times(24, async (n) => {
      if (n % 4 === 0) return await ensure();
      const outcome = await it.start("weather");
      return outcome === "too_many_runs" ? "done" : outcome;
    });
    const [after] = await partitions();
    assert.deepEqual(tally(outcomes), { done: 24 });
    assert.equal(after?.n, before?.n + 3);
  }));
