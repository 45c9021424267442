import assert from "@std/assert";
import type { Sql, TransactionSql } from "postgres";
import * as z from "zod";
import { createScratch } from "../../scripts/database/scratch.ts";
import { openServer } from "../../scripts/database/server.ts";
import { callAs, type Outcome, tally } from "./caller.ts";
import type { Identity } from "./database.ts";

const OWNER = "00000000-0000-4000-8000-00000000000a";
const HELD = "00000000-0000-4000-8000-00000000000b";
const AGENT = "00000000-0000-4000-8000-0000000000aa";

const Said = z.object({
  counts: z.record(z.string(), z.number()),
  partitions: z.array(z.string()),
  more: z.boolean(),
});

/** A database with months of runs, six events each: every tenth run is somebody's who is held. */
async function withOld(runs: number, work: (connect: (max: number) => Sql) => Promise<void>) {
  await using server = await openServer();
  await using scratch = await createScratch(server.adminUrl);
  const sql = scratch.connect(1);
  await sql.unsafe("set role cloister_owner");
  await sql.unsafe(`
    insert into auth.users (id) values ('${OWNER}'), ('${HELD}');
    do $$
    declare kind app.partitioned;
    begin
      for kind in select * from app.partitioned loop
        for ago in 1..8 loop
          perform app.make_partition(kind, (app.this_month() - make_interval(months => ago))::date);
        end loop;
      end loop;
    end;
    $$;
    insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status, input,
      engine, layers, limits, created_at, ended_at)
    select overlay(overlay(app.uuid7_floor(t)::text placing '7' from 15) placing lpad(to_hex(n), 12, '0')
        from 25)::uuid, case when n % 10 = 0 then '${HELD}' else '${OWNER}' end::uuid, '${AGENT}',
      'weather', '${AGENT}', 1, 'lost', '1', 'quickjs', '{}', '{}', t, t
    from generate_series(1, ${runs}) as n, lateral (select
      (app.this_month() - interval '7 months' + n * interval '3 months' / ${runs})::timestamptz as t) as at;
    insert into public.run_events (run_id, seq, type, at, data, owner_id)
    select id, seq, case seq when 1 then 'run.started' when 6 then 'run.lost' else 'log' end,
      created_at, '{}', owner_id from public.runs, generate_series(1, 6) as seq;
    update public.retention set keep_days = 60 where kind in ('runs', 'events', 'logs');
  `);
  await work((max) => scratch.connect(max));
}

function hold(sql: Sql) {
  return sql`insert into public.legal_holds (kind, target, reason, user_id, created_by)
    values ('user', ${HELD}, 'x', ${HELD}, ${OWNER})`;
}

async function expire(sql: Sql, rows = 50_000): Promise<z.infer<typeof Said>> {
  const [row] = await sql`select app.expire(${rows}) as said`;
  return Said.parse(row?.said);
}

/** Goes on until nothing is left: how many rows went, by kind. */
async function expireAll(sql: Sql, rows?: number): Promise<Record<string, number>> {
  const gone: Record<string, number> = {};
  for (let calls = 0; calls < 500; calls++) {
    const { counts, more } = await expire(sql, rows);
    for (const [kind, n] of Object.entries(counts)) gone[kind] = (gone[kind] ?? 0) + n;
    if (!more) return gone;
  }
  throw new Error("Expiry does not end");
}

async function counts(sql: Sql, owner: string) {
  const [row] = await sql`
    select (select count(*)::int from public.runs where owner_id = ${owner}) as runs,
      (select count(*)::int from public.run_events where owner_id = ${owner}) as events`;
  return { ...row };
}

Deno.test("expiry that is killed goes on where it was, and what is held stays", () =>
  withOld(400, async (connect) => {
    const sql = connect(2);
    await hold(sql);
    const [dry] = await sql`select app.expire(dry_run => true) as said`;
    const said = Said.parse(dry?.said);
    assert.ok((said.counts["events"] ?? 0) > 1_000);
    const gone: Record<string, number> = {};
    for (let round = 0; round < 3; round++) {
      // A call that is cut off in the middle of its work leaves nothing done.
      const before = await counts(sql, OWNER);
      const victim = connect(1);
      const [{ pid }] = await victim<[{ pid: number }]>`select pg_backend_pid() as pid`;
      const work = victim`select app.expire(300), pg_sleep(60)`.then(() => "done", () => "killed");
      await sleeping(sql, pid);
      await sql`select pg_terminate_backend(${pid})`;
      assert.equal(await work, "killed");
      assert.deepEqual(await counts(sql, OWNER), before);
      for (const [kind, n] of Object.entries((await expire(sql, 300)).counts)) {
        gone[kind] = (gone[kind] ?? 0) + n;
      }
    }
    for (const [kind, n] of Object.entries(await expireAll(sql, 300))) {
      gone[kind] = (gone[kind] ?? 0) + n;
    }
    assert.deepEqual(gone, said.counts);
    assert.deepEqual(await counts(sql, HELD), { runs: 40, events: 240 });
    assert.deepEqual(await counts(sql, OWNER), { runs: 0, events: 0 });
  }));

async function sleeping(sql: Sql, pid: number): Promise<void> {
  for (let tries = 0; tries < 10_000; tries++) {
    const [row] = await sql`
      select wait_event = 'PgSleep' as asleep from pg_stat_activity where pid = ${pid}`;
    if (row?.asleep) return;
  }
  throw new Error("The call has not done its work");
}

Deno.test("of two that expire at once one does, and nothing is counted twice", () =>
  withOld(400, async (connect) => {
    const sql = connect(6);
    await hold(sql);
    const [dry] = await sql`select app.expire(dry_run => true) as said`;
    const race = await Promise.all(Array.from({ length: 36 }, () => expire(sql, 200)));
    const all = [...race.map(({ counts }) => counts), await expireAll(sql)];
    const gone: Record<string, number> = {};
    for (const part of all) {
      for (const [kind, n] of Object.entries(part)) gone[kind] = (gone[kind] ?? 0) + n;
    }
    assert.deepEqual(gone, Said.parse(dry?.said).counts);
    const [noted] = await sql`
      select sum((details -> 'counts' ->> 'events')::int)::int as events from public.audit_log
      where action = 'retention.applied'`;
    assert.equal(noted?.events, gone["events"]);
  }));

Deno.test("expiry beside running load waits for nobody, and nobody for it", () =>
  withOld(300, async (connect) => {
    const sql = connect(8);
    await sql`update app.settings set max_concurrent_runs = 10000`;
    const person = { role: "authenticated", sub: OWNER } as const;
    const made = await callAs(
      sql,
      person,
      (tx) => tx`select public.create_agent('weather', '', 'x', 'javascript')`,
    );
    assert.equal(made, "done");
    const reader = connect(1);
    // Somebody reads events in a transaction that takes its time: their lock is on the parent.
    await reader.unsafe("begin; select count(*) from public.run_events");
    const started = performance.now();
    const busy = await expire(sql);
    assert.deepEqual(busy.partitions.filter((name) => name.includes("run_events")), []);
    assert.ok(busy.more && performance.now() - started < 5_000);
    await reader.unsafe("rollback");
    const slow: number[] = [];
    const load = async () => {
      const outcomes: string[] = [];
      for (let n = 0; n < 12; n++) {
        const began = performance.now();
        outcomes.push(
          await callAs(
            sql,
            { role: "service_role" },
            (tx) =>
              tx`select public.start_run(app_id.id, ${OWNER}, 'weather', null, '1', 'quickjs', '{wasm}',
            '{}', 60000, 'r') from (select ${runId()}::uuid as id) as app_id`,
          ),
        );
        slow.push(performance.now() - began);
      }
      return outcomes;
    };
    const [gone, ...outcomes] = await Promise.all([expireAll(sql), load(), load(), load()]);
    assert.ok((gone["events"] ?? 0) > 1_000);
    assert.deepEqual(tally(outcomes.flat()), { done: 36 });
    assert.ok(Math.max(...slow) < 3_000, `a start took ${Math.max(...slow)} ms`);
    const [chain] = await sql`select app.check_audit_chain() ->> 'ok' as ok`;
    assert.equal(chain?.ok, "true");
  }));

/** A UUIDv7 of now. */
function runId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

Deno.test("a hold waits for the expiry under way, and then nothing more of it goes", () =>
  withOld(300, async (connect) => {
    const sql = connect(3);
    const expiring = connect(1);
    await expiring.unsafe("begin; select app.expire(50)");
    const admin = await sql.begin(async (tx) => {
      await tx`insert into app.user_roles (user_id, role) values (${OWNER}, 'admin')
        on conflict do nothing`;
      return { role: "authenticated", sub: OWNER } as const;
    });
    const waits = callAs(sql, admin, (tx) => tx`select public.hold('user', ${HELD}, 'case')`);
    const held = await Promise.race([
      waits,
      sql`select pg_sleep(0.3)`.then(() => "waiting"),
    ]);
    assert.equal(held, "waiting");
    await expiring.unsafe("commit");
    assert.equal(await waits, "done");
    const before = await counts(sql, HELD);
    await expireAll(sql);
    assert.deepEqual(await counts(sql, HELD), before);
  }));

/** Settles when somebody in this database waits for somebody else's lock. */
async function someoneWaits(sql: Sql): Promise<void> {
  for (let tries = 0; tries < 10_000; tries++) {
    const [row] = await sql`
      select exists (select from pg_stat_activity as a
        where a.datname = current_database() and cardinality(pg_blocking_pids(a.pid)) > 0) as some`;
    if (row?.some === true) return;
  }
  throw new Error("Nobody waits");
}

Deno.test("a user is held or erased, and an agent held or deleted, never both", () =>
  withOld(1, async (connect) => {
    const sql = connect(4);
    const admin = { role: "authenticated", sub: OWNER } as const;
    const user = { role: "authenticated", sub: HELD } as const;
    await sql`insert into app.user_roles (user_id, role) values (${OWNER}, 'admin')`;
    await callAs(sql, user, (tx) => tx`select public.create_agent('kept', '', 'x', 'javascript')`);
    const [agent] = await sql`select id from public.agents`;
    const remove: Call = [user, (tx) => tx`select public.delete_agent('kept')`];
    const erase: Call = [admin, (tx) => tx`select public.erase_user(${HELD})`];
    const hold = (kind: string, target: unknown): Call => [
      admin,
      (tx) => tx`select public.hold(${kind}, ${String(target)}, 'a case')`,
    ];
    const release = () =>
      callAs(
        sql,
        admin,
        (tx) =>
          tx`select public.release_hold(id) from public.legal_holds where released_at is null`,
      );
    for (
      const [first, second, outcome] of [
        [hold("agent", agent?.["id"]), remove, "held"],
        [hold("agent", agent?.["id"]), erase, "held"],
        [hold("user", HELD), erase, "held"],
        [remove, hold("agent", agent?.["id"]), "not_found"],
        [erase, hold("user", HELD), "not_found"],
      ] as const
    ) {
      assert.equal(await overtaken(sql, first, second), outcome);
      await release();
    }
    const [left] = await sql`
      select count(*)::int as holds from public.legal_holds where released_at is null`;
    assert.equal(left?.["holds"], 0);
  }));

type Call = readonly [who: Identity, query: (tx: TransactionSql) => Promise<unknown>];

/** What a call comes to that begins when another has done its work, and has not committed yet. */
async function overtaken(sql: Sql, [who, query]: Call, [other, late]: Call): Promise<Outcome> {
  let waits: Promise<Outcome> | undefined;
  const done = await callAs(sql, who, async (tx) => {
    await query(tx);
    waits = callAs(sql, other, late);
    await someoneWaits(sql);
  });
  assert.equal(done, "done");
  return await (waits ?? Promise.reject(new Error("It was not called")));
}
