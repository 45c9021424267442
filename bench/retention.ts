/**
 * What it costs that events expire: so many (CLOISTER_EVENTS, a million unless it is said) in four
 * months that are too old. Two months are free and dropped; of two every tenth run is held, so that
 * they are thinned. Meanwhile runs start, report and end: prints what the foreground takes without
 * and with expiry beside it, and fails where its p95 rises by half.
 */
import type { Sql } from "postgres";
import * as z from "zod";
import { createScratch } from "../scripts/database/scratch.ts";
import { openServer } from "../scripts/database/server.ts";

const EVENTS = Number(Deno.env.get("CLOISTER_EVENTS") ?? 1_000_000);
const EVENTS_PER_RUN = 20;
const QUIET_MS = 10_000;
const FREE = "00000000-0000-4000-8000-00000000000a";
const HELD = "00000000-0000-4000-8000-00000000000b";

const Said = z.object({
  counts: z.record(z.string(), z.number()),
  partitions: z.array(z.string()),
  more: z.boolean(),
});

await using server = await openServer();
await using scratch = await createScratch(server.adminUrl);
const sql = scratch.connect(1);
const front = [scratch.connect(1), scratch.connect(1)];

console.log(`${EVENTS} events, ${EVENTS_PER_RUN} a run`);
await fill(sql);
// Once without a look at the clock: plans and caches are there.
await load(1_000);
const quiet = await load(QUIET_MS);
const { rows, calls, beside } = await expireBeside(sql);
const rise = beside.p95 / quiet.p95 - 1;

console.log(`\n| month | how | rows | s a million |\n|---|---|---|---|`);
for (const { how, gone, ms } of rows) {
  console.log(`| ${how} | ${gone} | ${(ms / gone * 1_000).toFixed(2)} |`);
}
console.log(`\n${calls} calls of at most 5 s`);
console.log(`\n| a run in the foreground, ms | p50 | p95 | most |\n|---|---|---|---|`);
console.log(`| without expiry | ${cells(quiet)} |\n| beside it | ${cells(beside)} |`);
console.log(`\np95 rises by ${(rise * 100).toFixed(0)} %`);
if (rise >= 0.5) Deno.exit(1);

interface Times {
  p50: number;
  p95: number;
  most: number;
}

function cells({ p50, p95, most }: Times): string {
  return [p50, p95, most].map((ms) => ms.toFixed(1)).join(" | ");
}

/** Months -9 to -6: the first two all free, of the others every tenth run is held. */
async function fill(sql: Sql): Promise<void> {
  const runs = Math.ceil(EVENTS / EVENTS_PER_RUN / 4);
  await sql.unsafe("set role cloister_owner");
  await sql.unsafe(`
    insert into auth.users (id) values ('${FREE}'), ('${HELD}');
    update app.settings set max_concurrent_runs = 10000;
    select app.make_partition(kind, (app.this_month() - make_interval(months => ago))::date)
    from app.partitioned as kind, generate_series(6, 9) as ago;
    insert into public.legal_holds (kind, target, reason, user_id, created_by)
    values ('user', '${HELD}', 'bench', '${HELD}', '${FREE}');
    update public.retention set keep_days = 60 where kind in ('events', 'logs');
    alter table public.runs disable trigger user;
  `);
  for (let ago = 9; ago >= 6; ago--) {
    await sql.unsafe(`
      insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status,
        input, engine, layers, limits, created_at, ended_at)
      select overlay(overlay(app.uuid7_floor(t)::text placing '7' from 15)
          placing lpad(to_hex(n), 12, '0') from 25)::uuid,
        case when ${ago} <= 7 and n % 10 = 0 then '${HELD}' else '${FREE}' end::uuid,
        '${FREE}', 'weather', '${FREE}', 1, 'lost', '1', 'quickjs', '{}', '{}', t, t
      from generate_series(1, ${runs}) as n, lateral (select (app.this_month()
        - interval '${ago} months' + n * interval '27 days' / ${runs})::timestamptz as t) as at;
      insert into public.run_events (run_id, seq, type, at, data, owner_id)
      select id, seq, case seq when 1 then 'run.started' when ${EVENTS_PER_RUN} then 'run.lost'
        else 'log' end, created_at, '{"level":"info","message":"a line of a log, as they are"}',
        owner_id
      from public.runs, generate_series(1, ${EVENTS_PER_RUN}) as seq
      where created_at >= app.this_month() - interval '${ago} months'
        and created_at < app.this_month() - interval '${ago - 1} months'`);
  }
  await sql.unsafe(`
    alter table public.runs enable trigger user;
    select set_config('request.jwt.claims', '{"sub":"${FREE}"}', false);
    select public.create_agent('weather', '', 'x', 'javascript')`);
  await sql.unsafe("reset role");
  await sql.unsafe("vacuum analyze public.runs, public.run_events");
}

/** Runs that start, report and end, one after the other on each connection, for so long. */
async function load(ms: number, until?: () => boolean): Promise<Times> {
  const ends = performance.now() + ms;
  const took: number[] = [];
  await Promise.all(front.map(async (sql) => {
    while (performance.now() < ends || !(until?.() ?? true)) {
      const began = performance.now();
      await oneRun(sql);
      took.push(performance.now() - began);
    }
  }));
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), most: took.at(-1) ?? 0 };
}

async function oneRun(sql: Sql): Promise<void> {
  const id = runId();
  const ending = JSON.stringify({ status: "succeeded", output: "1", error: null, usage: "{}" });
  const events = JSON.stringify([{ seq: 2, type: "log", data: "{}" }]);
  await sql`select from public.start_run(${id}, ${FREE}, 'weather', null, '1', 'quickjs', '{wasm}',
    '{}', 60000, 'bench')`;
  await sql`select public.append_run_events(${id}, ${events})`;
  await sql`select from public.settle_run(${id}, ${ending})`;
}

/** Expires all there is beside a load, call by call: what each month took. */
async function expireBeside(sql: Sql) {
  let over = false;
  const foreground = load(QUIET_MS, () => over);
  const rows: { how: string; gone: number; ms: number }[] = [];
  let calls = 0;
  let thinned = { gone: 0, ms: 0 };
  for (let more = true; more; calls++) {
    const began = performance.now();
    const [row] = await sql`select app.expire(only_kind => 'events') as said`;
    const said = Said.parse(row?.said);
    const ms = performance.now() - began;
    const gone = said.counts["events"] ?? 0;
    const [dropped] = said.partitions;
    if (dropped !== undefined) rows.push({ how: `${dropped} | dropped`, gone, ms });
    else if (gone > 0) {
      thinned = { gone: thinned.gone + gone, ms: thinned.ms + ms };
      if (thinned.gone >= EVENTS / 10) {
        rows.push({ how: "next tenth of all | thinned", ...thinned });
        thinned = { gone: 0, ms: 0 };
      }
    }
    more = said.more;
  }
  if (thinned.gone > 0) rows.push({ how: "rest | thinned", ...thinned });
  over = true;
  return { rows, calls, beside: await foreground };
}

/** A UUIDv7 of now. */
function runId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
