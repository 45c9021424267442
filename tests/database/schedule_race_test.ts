import assert from "@std/assert";
import type { Sql } from "postgres";
import { callAs, openRing, tally, times } from "./caller.ts";
import { useScratch } from "./database.ts";

const scratch = useScratch();
const TICKERS = 4;

/** Connections that are open, and some people with an agent and a few schedules that are due. */
async function ring(
  { people, each }: { people: number; each: number },
  work: (sql: Sql, users: readonly string[]) => Promise<void>,
): Promise<void> {
  const sql = await openRing((max) => scratch().connect(max), 10);
  const users = await times(people, () => somebody(sql, each));
  await due(sql);
  await work(sql, users);
  await sql`delete from auth.users`;
  await sql.end();
}

async function somebody(sql: Sql, schedules: number): Promise<string> {
  const user = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${user})`;
  const made = await callAs(sql, { role: "authenticated", sub: user }, async (tx) => {
    await tx`select public.create_agent('weather', '', 'x', 'javascript')`;
    await tx`
      select public.create_schedule('weather', 's' || n, '0 0 1 1 *')
      from generate_series(1, ${schedules}) as n`;
  });
  assert.equal(made, "done");
  return user;
}

/** Plans everything for the minute that is over, and then not before next year. */
async function due(sql: Sql): Promise<void> {
  await sql`
    update public.schedules set planned_at = date_trunc('minute', now()),
      next_at = date_trunc('minute', now())`;
}

/** What the clock does, as `app.jobs` has it. */
async function tick(sql: Sql): Promise<void> {
  const [job] = await sql<{ work: string }[]>`select work from app.jobs where name = 'schedules'`;
  assert.ok(job);
  await sql.unsafe(job.work);
}

function runs(sql: Sql): Promise<{ trigger_id: string; count: number }[]> {
  return sql`
    select trigger_id, count(*)::int as count from public.runs where trigger = 'schedule' group by 1`;
}

Deno.test("several tickers at once fire each planned time once", async () => {
  await ring({ people: 5, each: 8 }, async (sql) => {
    await times(TICKERS, () => tick(sql));
    const fired = await runs(sql);
    assert.equal(fired.length, 40);
    assert.ok(fired.every(({ count }) => count === 1));
    const [left] = await sql`
      select count(*)::int as due from public.schedules where next_at <= now()`;
    assert.equal(left?.due, 0);
  });
});

Deno.test("whoever changes, ends or starts something meanwhile waits for no ticker for ever", async () => {
  await ring({ people: 3, each: 8 }, async (sql, users) => {
    const change = (sub: string, n: number) =>
      callAs(sql, { role: "authenticated", sub }, async (tx) => {
        if (n % 2 === 0) {
          await tx`select public.update_schedule('weather', 's1', input => ${String(n)})`;
        } else await tx`select public.set_agent_archived('weather', ${n % 4 === 1})`;
      });
    const ended = callAs(
      sql,
      { role: "authenticated", sub: users[0] ?? "" },
      (tx) => tx`select public.delete_schedule('weather', 's8')`,
    );
    const changed = times(12, (n) => change(users[n % 3] ?? "", n));
    await times(TICKERS, () => tick(sql));
    assert.deepEqual(tally([...await changed, await ended]), { done: 13 });
    await tick(sql);
    const twice = (await runs(sql)).filter(({ count }) => count > 1);
    assert.deepEqual(twice, []);
  });
});

Deno.test("a user who may queue no more keeps nobody else's schedules from firing", async () => {
  await ring({ people: 2, each: 4 }, async (sql, [full]) => {
    await sql`
      insert into app.role_limits (role, max_queued_runs) values ('user', 1)
      on conflict (role) do update set max_queued_runs = 1`;
    await sql`insert into app.user_roles (user_id, role) values (${full ?? ""}, 'user')`;
    await tick(sql);
    const found = await sql`
      select s.owner_id = ${full ?? ""} as full, s.last_problem, count(*)::int as schedules
      from public.schedules as s group by 1, 2 order by 1, 2 nulls first`;
    assert.deepEqual(found.map((row) => ({ ...row })), [
      { full: false, last_problem: null, schedules: 4 },
      { full: true, last_problem: null, schedules: 1 },
      { full: true, last_problem: "queue_full", schedules: 3 },
    ]);
  });
});
