import assert from "@std/assert";
import type { Sql } from "postgres";
import { OWNER } from "../../scripts/database/scratch.ts";
import { useScratch } from "./database.ts";
import { PGMQ } from "./pgmq.ts";

/** 10,000 prove it, fewer keep it so. */
const RUNS = Number(Deno.env.get("CLOISTER_QUEUE_RUNS") ?? 400);
const WORKERS = 4;
/** What of all runs is whose: nobody's share of the work follows from it. */
const SHARES = [0.4, 0.3, 0.2, 0.1];
const scratch = useScratch();

/** People with queued runs of one agent each, and connections to work them off. */
async function ring(runs: number, work: (sql: Sql, people: string[]) => Promise<void>) {
  const sql = scratch().connect(WORKERS);
  await sql`update app.settings set max_queued_runs = 1000000, max_concurrent_runs = 100`;
  const people = await Promise.all(SHARES.map(() => newPerson(sql)));
  for (const [index, share] of SHARES.entries()) {
    await sql`
      select public.enqueue_run(app.uuid7(), ${people[index] ?? ""}, 'a', null, '1', 'r')
      from generate_series(1, ${Math.round(runs * share)})
    `;
  }
  try {
    await work(sql, people);
  } finally {
    await sql`delete from auth.users`;
    await sql.end();
  }
}

async function newPerson(sql: Sql): Promise<string> {
  const id = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${id})`;
  await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: id })}, true)`;
    await tx`select public.create_agent('a', '', 'export default () => 1', 'javascript')`;
  });
  return id;
}

interface Claim {
  run_id: string;
  claim: string;
  owner_id: string;
  attempt: number;
}

async function claim(sql: Sql, lease: number): Promise<Claim | null> {
  for (;;) {
    const [row] = await sql<{ given: Claim | { again: true } | null }[]>`
      select public.claim_queued_run('edge:test', ${lease}) as given
    `;
    const given = row?.given ?? null;
    if (given === null || "run_id" in given) return given;
  }
}

async function execute(sql: Sql, { run_id, claim, attempt }: Claim): Promise<string | undefined> {
  const [begun] = await sql`
    select status from public.begin_queued_run(${run_id}, ${claim}, 'quickjs', '{}', '{}', 1000)
  `;
  if (begun?.status !== "running") return begun?.status;
  const [settled] = await sql`
    select status from public.settle_run(${run_id}, '{"status":"succeeded"}', '[]', ${attempt})
  `;
  return settled?.status;
}

/** Works until every run has ended. Each so-many-th claim is that of a worker that dies with it. */
async function workOff(sql: Sql, deadly: number): Promise<Claim[]> {
  const claims: Claim[] = [];
  const left = async () => {
    const [row] = await sql`select exists (select from public.runs where ended_at is null) as some`;
    return row?.some === true;
  };
  await Promise.all(Array.from({ length: WORKERS }, async () => {
    for (;;) {
      const given = await claim(sql, 1);
      if (given === null && !await left()) return;
      if (given === null) continue;
      claims.push(given);
      if (claims.length % deadly !== 0) assert.equal(await execute(sql, given), "succeeded");
    }
  }));
  return claims;
}

/** Everything is executed once, and while all have something to do, each gets a like share. */
async function takeTurns(runs: number): Promise<void> {
  await ring(runs, async (sql, people) => {
    const claims = await workOff(sql, Infinity);
    assert.deepEqual(
      (await sql`
        select r.status, r.attempt, count(*)::int as runs,
          bool_and(1 = (select count(*) from public.run_events as e
            where e.run_id = r.id and e.type = 'run.succeeded')) as once
        from public.runs as r group by r.status, r.attempt
      `).map((row) => ({ ...row })),
      [{ status: "succeeded", attempt: 1, runs, once: true }],
    );
    assert.equal(new Set(claims.map(({ run_id }) => run_id)).size, claims.length);
    const smallest = Math.round(runs * Math.min(...SHARES));
    const busy = claims.slice(0, smallest * people.length);
    for (const person of people) {
      const served = busy.filter(({ owner_id }) => owner_id === person).length;
      assert.ok(Math.abs(served - smallest) <= smallest * 0.2, `${served} of ${smallest}`);
    }
  });
}

Deno.test("every queued run is executed once by four workers, and users take turns within a fifth", () =>
  takeTurns(RUNS));

Deno.test("what a worker took and never began is executed by another, once", async () => {
  await ring(20, async (sql) => {
    const claims = await workOff(sql, 7);
    const rows = await sql`
      select attempt, count(*)::int as runs from public.runs
      where status = 'succeeded' group by attempt order by attempt
    `;
    assert.equal(rows.reduce((sum, { runs }) => sum + runs, 0), 20);
    const again = rows.filter(({ attempt }) => attempt > 1).reduce(
      (sum, { runs }) => sum + runs,
      0,
    );
    assert.ok(again > 0 && claims.length > 20, `${again} again of ${claims.length} claims`);
  });
});

Deno.test("however many take and cancel at once, a run ends once", async () => {
  await ring(40, async (sql) => {
    const cancel = async () => {
      for (const { id, owner_id } of await sql`select id, owner_id from public.runs`) {
        await sql.begin(async (tx) => {
          await tx`select set_config('request.jwt.claims', ${
            JSON.stringify({ sub: owner_id })
          }, true)`;
          await tx`select app.cancel_run(${id})`;
        });
      }
    };
    const work = async () => {
      for (let given = await claim(sql, 30); given !== null; given = await claim(sql, 30)) {
        await execute(sql, given).catch((cause) => assert.equal(cause.message, "claim_lost"));
      }
    };
    await Promise.all([cancel(), work(), work()]);
    const [ended] = await sql`
      select count(*)::int as runs, bool_and(1 = (select count(*) from public.run_events as e
        where e.run_id = r.id and e.type in ('run.succeeded', 'run.cancelled'))) as once
      from public.runs as r where r.status in ('succeeded', 'cancelled')
    `;
    assert.deepEqual({ ...ended }, { runs: 40, once: true });
    const [waiting] = await sql`select count(*)::int as claims from app.run_claims`;
    assert.equal(waiting?.claims, 0);
  });
});

Deno.test("it is the same where pgmq keeps the queue", async () => {
  const sql = scratch().connect(1);
  await sql.unsafe(`set role ${OWNER}; ${PGMQ}; select app.use_pgmq(); reset role`);
  await takeTurns(RUNS / 4);
});
