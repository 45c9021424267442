import assert from "@std/assert";
import type { TransactionSql } from "postgres";
import * as z from "zod";
import { inRollback, useScratch } from "./database.ts";

const OWNER = "00000000-0000-4000-8000-000000000001";
const AGENT = "00000000-0000-4000-8000-0000000000aa";
const MANY = 20_000;
const PAGE = 51;
const scratch = useScratch();

/**
 * Who asks: the owner, and keys of hers, of all agents and of the one that has run. That one looks
 * through all of her agents to find its own, of which there are at most `max_agents`.
 */
const CLAIMS = {
  "the owner": { sub: OWNER },
  "a key": { sub: OWNER, cloister_key: "00000000-0000-4000-8000-0000000000a1" },
  "a key of one agent": { sub: OWNER, cloister_key: "00000000-0000-4000-8000-0000000000a2" },
};

/** What the API asks as one user: the row level security adds the rest. */
const QUERIES = {
  "a page of agents": `select id, name from public.agents where owner_id = '${OWNER}'
    order by id desc limit ${PAGE}`,
  "a page of all runs": `select id, status from public.runs order by id desc limit ${PAGE}`,
  "a page of an agent's runs": `select id, status from public.runs where agent_id = '${AGENT}'
    order by id desc limit ${PAGE}`,
  "a later page of an agent's runs": `select id, status from public.runs
    where agent_id = '${AGENT}' and id < app.uuid7() order by id desc limit ${PAGE}`,
  "the next events of a run": `select * from public.run_events
    where run_id = (select max(id::text)::uuid from chosen) and seq > 5 order by seq limit ${PAGE}`,
};

const Plan = z.object({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Actual Rows": z.number(),
  "Actual Loops": z.number(),
  "Rows Removed by Filter": z.number().default(0),
  get Plans() {
    return z.array(Plan).default([]);
  },
});
type Plan = z.infer<typeof Plan>;

Deno.test("a page touches no more rows because there are many, under row level security", async () => {
  await inRollback(scratch(), async (sql) => {
    await fill(sql);
    await sql.unsafe("set local random_page_cost = 1.1; set local role authenticated");
    for (const [who, claims] of Object.entries(CLAIMS)) {
      await sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
      for (const [name, query] of Object.entries(QUERIES)) {
        const touched = rowsTouched(await explain(sql, query));
        const most = who === "a key of one agent" && name === "a page of agents" ? 1000 : 2 * PAGE;
        assert.ok(touched >= 4 && touched <= most, `${name} by ${who} touches ${touched} rows`);
      }
    }
  });
});

/** One owner with much, hundreds with little. Foreign keys are not looked at while filling. */
async function fill(sql: TransactionSql): Promise<void> {
  await sql.unsafe(`
    set local session_replication_role = replica;
    insert into auth.users (id)
    select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid from generate_series(1, 300) as n;
    insert into public.agents (owner_id, name)
    select users.id, 'agent-' || n from auth.users, generate_series(1, 20) as n;
    insert into public.agents (owner_id, name)
    select '${OWNER}', 'many-' || n from generate_series(1, 900) as n;
    insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input, engine,
      layers, limits, ended_at)
    select app.uuid7(), case when n % 2 = 0 then '${OWNER}' else agents.owner_id end,
      case when n % 2 = 0 then '${AGENT}' else agents.id end, 'agent', agents.id, 1, 'succeeded', '1',
      'quickjs', '{}', '{}', now()
    from generate_series(1, ${MANY}) as n
    join (select row_number() over () as place, * from public.agents) as agents on agents.place = 1 + n % 6000;
    insert into public.run_events (run_id, seq, type, data, owner_id)
    select runs.id, n, case n when 1 then 'run.started' else 'log' end, '1', runs.owner_id
    from (select * from public.runs where owner_id = '${OWNER}' limit 2000) as runs, generate_series(1, 10) as n;
    insert into public.api_keys (id, owner_id, name, public_id, scopes, agent_id) values
      ('00000000-0000-4000-8000-0000000000a1', '${OWNER}', 'all', repeat('a', 16), '{agents:read}', null),
      ('00000000-0000-4000-8000-0000000000a2', '${OWNER}', 'one', repeat('b', 16), '{agents:read}', '${AGENT}');
    create temp table chosen on commit drop as
    select run_id as id from public.run_events where owner_id = '${OWNER}' limit 1;
    grant select on chosen to authenticated;
    grant execute on function app.uuid7 to authenticated;
    set local session_replication_role = origin;
    analyze auth.users, public.agents, public.runs, public.run_events;
  `);
}

async function explain(sql: TransactionSql, query: string): Promise<Plan> {
  const [row] = await sql.unsafe(`explain (analyze, format json, timing off) ${query}`);
  const [plan] = z.array(z.object({ Plan })).parse(row?.["QUERY PLAN"]);
  assert.ok(plan);
  return plan.Plan;
}

/** Rows that scans of our tables gave or threw away. */
function rowsTouched(plan: Plan): number {
  const own = plan["Relation Name"] === undefined || plan["Relation Name"] === "chosen"
    ? 0
    : (plan["Actual Rows"] + plan["Rows Removed by Filter"]) * plan["Actual Loops"];
  return plan.Plans.reduce((sum, child) => sum + rowsTouched(child), own);
}
