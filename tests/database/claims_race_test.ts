import assert from "@std/assert";
import type { Sql, TransactionSql } from "postgres";
import { useScratch } from "./database.ts";

/** As hosted service_role has it: whoever takes longer is told so, and nothing is kept. */
const PATIENCE = "8s";
const scratch = useScratch();

Deno.test.beforeAll(async () => {
  const sql = scratch().connect(1);
  const [database] = await sql`select quote_ident(current_database()) as name`;
  await sql.unsafe(`alter database ${database?.name} set statement_timeout = '${PATIENCE}'`);
  await sql.end();
});

async function newPerson(sql: Sql, runs: number): Promise<string> {
  const id = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${id})`;
  await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: id })}, true)`;
    await tx`select public.create_agent('a', '', 'export default () => 1', 'javascript')`;
  });
  await enqueue(sql, id, runs);
  return id;
}

async function enqueue(sql: Sql | TransactionSql, owner: string, runs: number): Promise<void> {
  await sql`
    select public.enqueue_run(app.uuid7(), ${owner}, 'a', null, '1', 'r')
    from generate_series(1, ${runs})
  `;
}

interface Answer {
  run_id?: string;
  claim?: string;
  owner_id?: string;
  again?: true;
}

async function claim(sql: Sql | TransactionSql, lease = 30): Promise<Answer | null> {
  const [row] = await sql<{ given: Answer | null }[]>`
    select public.claim_queued_run('edge:test', ${lease}) as given
  `;
  return row?.given ?? null;
}

async function queued(sql: Sql): Promise<number> {
  const [row] = await sql`select count(*)::int as runs from public.runs where status = 'queued'`;
  return Number(row?.runs);
}

/** Settles when somebody in this database waits for somebody else's lock. */
async function someoneWaits(sql: Sql): Promise<void> {
  for (;;) {
    const [row] = await sql`
      select exists (select from pg_stat_activity as a
        where a.datname = current_database() and cardinality(pg_blocking_pids(a.pid)) > 0) as some
    `;
    if (row?.some === true) return;
  }
}

/** Connections of one test, and nobody's runs but its own. */
function promise(name: string, keep: (sql: Sql) => Promise<void>): void {
  Deno.test(name, async () => {
    const sql = scratch().connect(4);
    try {
      await sql`delete from auth.users`;
      await keep(sql);
    } finally {
      await sql.end();
    }
  });
}

/** Looks until the queue is empty, and answers how many runs each look took out of it. */
async function lookOn(sql: Sql): Promise<number[]> {
  const looks: number[] = [];
  for (let left = await queued(sql);;) {
    const given = await claim(sql);
    const now = await queued(sql);
    looks.push(left - now);
    left = now;
    if (given === null) return looks;
    assert.deepEqual(given, { again: true });
  }
}

promise(
  "a backlog that is turned away is ended bit by bit, and nobody waits behind it",
  async (sql) => {
    const idle = [await newPerson(sql, 30), await newPerson(sql, 30)];
    await sql`update public.agents set state = 'archived' where owner_id in ${sql(idle)}`;
    const victim = await newPerson(sql, 1);
    const first = await claim(sql);
    assert.equal(first?.owner_id, victim, "who is turned away has had their turn");
    await sql`select public.release_queued_run(${first?.run_id ?? ""}, ${
      first?.claim ?? ""
    }, 60000, 'x')`;
    const looks = await lookOn(sql);
    assert.equal(await queued(sql), 1);
    assert.ok(looks.length > 3 && looks.every((ended) => ended <= 20), looks.join());
  },
);

promise("the kill switch ends what is queued, however much that is", async (sql) => {
  for (let nth = 0; nth < 3; nth++) await newPerson(sql, 15);
  await sql`insert into public.quarantines (kind, reason) values ('everything', 'a test')`;
  try {
    assert.deepEqual(await claim(sql), { again: true });
    const left = await queued(sql);
    assert.ok(left >= 25 && left < 45, `${left} after one look`);
    await lookOn(sql);
    assert.equal(await queued(sql), 0);
  } finally {
    await sql`delete from public.quarantines`;
  }
});

promise("a claim goes on without a user whose only run is in somebody's hands", async (sql) => {
  const ann = await newPerson(sql, 1);
  await sql.begin(async (tx) => {
    await tx`select from app.run_queue where owner_id = ${ann} for update`;
    assert.equal(await claim(sql), null);
    await tx`select from app.queue_turns where owner_id = ${ann} for update nowait`;
  });
  await sql`update app.queue_turns set next_at = clock_timestamp()`;
  assert.equal((await claim(sql))?.owner_id, ann, "and comes back to them");
});

promise(
  "a run is given back in the order in which runs are taken, so that nobody waits in a circle",
  async (sql) => {
    const ann = await newPerson(sql, 1);
    const given = await claim(sql, 1);
    const { back } = await sql.begin(async (tx) => {
      await tx`select from app.queue_turns where owner_id = ${ann} for update`;
      const back = sql`
      select public.release_queued_run(${given?.run_id ?? ""}, ${given?.claim ?? ""}, 0, 'x')
    `.execute();
      await someoneWaits(sql);
      await tx`select from app.run_queue where owner_id = ${ann} for update nowait`;
      return { back };
    });
    await back;
    assert.equal((await claim(sql))?.owner_id, ann);
  },
);

/** Has a user deleted while somebody is in the middle of something of theirs. */
async function deleteAmid(
  sql: Sql,
  work: (tx: TransactionSql, ann: string, amid: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const ann = await newPerson(sql, 1);
  let deleted: Promise<unknown> = Promise.resolve();
  await sql.begin((tx) =>
    work(tx, ann, async () => {
      deleted = sql`delete from auth.users where id = ${ann}`.execute();
      await someoneWaits(sql);
    })
  );
  await deleted;
  const [left] = await sql`select count(*)::int as turns from app.queue_turns`;
  assert.equal(left?.turns, 0);
}

promise(
  "who deletes a user waits for a claim of theirs, and the claim never for that",
  (sql) =>
    deleteAmid(sql, async (tx, ann, amid) => {
      await tx`select app.next_turn(${ann})`;
      await amid();
      const [taken] =
        await tx`select (app.claim_of(${ann}, 'edge:test', '30 s')).owner_id as owner`;
      assert.equal(taken?.owner, ann);
    }),
);

promise(
  "who deletes a user waits for a start of theirs, and the start never for that",
  (sql) =>
    deleteAmid(sql, async (tx, ann, amid) => {
      await tx`select app.startable_agent(${ann}, null, 'a')`;
      await amid();
      await enqueue(tx, ann, 1);
    }),
);
