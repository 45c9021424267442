import assert from "@std/assert";
import type { Sql, TransactionSql } from "postgres";
import { callAs, openRing, type Outcome, tally, times } from "./caller.ts";
import { type Identity, useScratch } from "./database.ts";

const CONNECTIONS = 12;
const scratch = useScratch();
const SERVICE: Identity = { role: "service_role" };

/** What a race needs: connections that are open, people, and calls that commit. */
interface Ring {
  sql: Sql;
  /** Somebody new in a role. */
  join(role: string): Promise<string>;
  as(user: string, query: (sql: TransactionSql) => Promise<unknown>): Promise<Outcome>;
  serve(query: (sql: TransactionSql) => Promise<unknown>): Promise<Outcome>;
}

/** A race in which nobody is an admin yet, and everybody has the limits that `settings` say. */
async function ring(settings: Record<string, number>, work: (ring: Ring) => Promise<void>) {
  const sql = await openRing((max) => scratch().connect(max), CONNECTIONS);
  const [before] = await sql`select * from app.settings`;
  if (Object.keys(settings).length > 0) await sql`update app.settings set ${sql(settings)}`;
  await work({
    sql,
    async join(role) {
      const id = crypto.randomUUID();
      await sql`insert into auth.users (id) values (${id})`;
      await sql`insert into app.user_roles (user_id, role) values (${id}, ${role})`;
      return id;
    },
    as: (user, query) => callAs(sql, { role: "authenticated", sub: user }, query),
    serve: (query) => callAs(sql, SERVICE, query),
  });
  await sql`update app.settings set ${sql(before ?? {})}`;
  await sql`update public.quarantines set released_at = now() where released_at is null`;
  await retire(sql);
  await sql.end();
}

/** Takes every role away, which only a superuser with triggers off can do. */
async function retire(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`delete from app.user_roles`;
  });
}

function createKey({ as }: Ring, user: string, name: string, agent?: string): Promise<Outcome> {
  const publicId = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  return as(user, (tx) =>
    tx`
    select public.create_key(${name}, '{agents:read,agents:execute}', ${publicId},
      ${"0".repeat(64)}, ${agent ?? null})
  `);
}

/** Starts a run; `key` is the id of the API key that it is started by. */
function start({ serve }: Ring, user: string, key?: string): Promise<Outcome> {
  const time = Date.now().toString(16).padStart(12, "0");
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
  return serve((tx) =>
    tx`select public.start_run(${id}, ${user}, 'weather', null, '1', 'quickjs', '{}', '{}', 1000,
      'request', key_id => ${key ?? null})`
  );
}

function createAgent({ as }: Ring, user: string): Promise<Outcome> {
  return as(user, (tx) => tx`select public.create_agent('weather', '', 'x', 'javascript')`);
}

function stop({ as }: Ring, admin: string, kind: string, target: string | null) {
  return as(admin, (tx) => tx`select public.quarantine(${kind}, ${target}, 'race')`);
}

Deno.test("two admins who remove each other at once leave one", () =>
  ring({}, async (it) => {
    const removals = {
      demote: (by: string, whom: string) =>
        it.as(by, (tx) => tx`select public.set_role(${whom}, 'user')`),
      forget: (by: string, whom: string) =>
        it.as(by, (tx) => tx`select public.set_role(${whom}, null)`),
      quarantine: (by: string, whom: string) => stop(it, by, "user", whom),
      erase: (_: string, whom: string) =>
        callAs(it.sql, SERVICE, async (tx) => {
          await tx.unsafe("reset role");
          await tx`delete from auth.users where id = ${whom}`;
        }),
    };
    const ways = Object.values(removals);
    for (const [a, first] of ways.entries()) {
      for (const second of ways.slice(a)) {
        await retire(it.sql);
        const [ann, bob] = [await it.join("admin"), await it.join("admin")];
        await Promise.all([first(ann, bob), second(bob, ann)]);
        const [left] = await it.sql`
          select count(*)::int as count from app.user_roles as r
          where r.role = 'admin' and not app.is_quarantined('user', r.user_id)
        `;
        assert.equal(left?.count, 1, `${first.name} and ${second.name}`);
      }
    }
  }));

Deno.test("however many keys are made at once, the quota holds exactly", () =>
  ring({ max_keys: 5 }, async (it) => {
    const ann = await it.join("user");
    const outcomes = await times(24, (n) => createKey(it, ann, `key ${n}`));
    assert.deepEqual(tally(outcomes), { done: 5, too_many_keys: 19 });
  }));

Deno.test("however often a key is rotated at once, twice the quota holds exactly", () =>
  ring({ max_keys: 5 }, async (it) => {
    const ann = await it.join("user");
    await times(5, (n) => createKey(it, ann, `key ${n}`));
    const outcomes = await times(
      24,
      () =>
        it.as(
          ann,
          (tx) =>
            tx`select public.rotate_key(id, left(replace(gen_random_uuid()::text, '-', ''), 16),
          ${"0".repeat(64)}) from public.api_keys where name = 'key 0' and replaces is null`,
        ),
    );
    assert.deepEqual(tally(outcomes), { done: 5, too_many_keys: 19 });
  }));

Deno.test("an agent and its key may go and be renewed at once, and nobody waits for ever", () =>
  ring({}, async (it) => {
    for (let round = 0; round < 10; round++) {
      const ann = await it.join("user");
      await createAgent(it, ann);
      await createKey(it, ann, "single", "weather");
      const outcomes = await Promise.all([
        it.as(ann, (tx) => tx`select public.delete_agent('weather')`),
        it.as(
          ann,
          (tx) =>
            tx`select public.rotate_key(id, left(replace(gen_random_uuid()::text, '-', ''), 16),
            ${"0".repeat(64)}) from public.api_keys`,
        ),
      ]);
      assert.ok(
        outcomes.every((outcome) => ["done", "not_found"].includes(outcome)),
        `${outcomes}`,
      );
      const left = await it.sql`select from public.api_keys where owner_id = ${ann}`;
      assert.equal(left.length, 0);
    }
  }));

Deno.test("however many runs start at once, the limit of the role holds exactly", () =>
  ring({}, async (it) => {
    await it.sql`insert into app.role_limits (role, max_concurrent_runs) values ('user', 3)`;
    const ann = await it.join("user");
    await createAgent(it, ann);
    const outcomes = await times(24, () => start(it, ann));
    assert.deepEqual(tally(outcomes), { done: 3, too_many_runs: 21 });
    await it.sql`delete from app.role_limits`;
  }));

Deno.test("however many runs end at once, each is counted against the day's CPU time", () =>
  ring({ max_concurrent_runs: 100, cpu_seconds_per_day: 3 }, async (it) => {
    const ann = await it.join("user");
    await createAgent(it, ann);
    await times(24, () => start(it, ann));
    const runs = await it.sql<{ id: string }[]>`select id from public.runs where owner_id = ${ann}`;
    const ending = JSON.stringify({ status: "succeeded", usage: '{"cpu_ms":125}' });
    await Promise.all(
      runs.map(({ id }) => it.serve((tx) => tx`select public.settle_run(${id}, ${ending})`)),
    );
    const [spent] = await it.sql`select cpu_ms::int from app.cpu_usage where owner_id = ${ann}`;
    assert.equal(spent?.cpu_ms, 3000);
    assert.equal(await start(it, ann), "cpu_budget_spent");
  }));

Deno.test("no run that starts beside a quarantine goes on", () =>
  ring({ max_concurrent_runs: 1000 }, async (it) => {
    const [ann, amy] = [await it.join("user"), await it.join("admin")];
    await createAgent(it, ann);
    await createKey(it, ann, "key");
    const [key] = await it.sql<{ id: string }[]>`
      select id from public.api_keys where owner_id = ${ann}
    `;
    const [agent] = await it.sql<{ id: string }[]>`
      select id from public.agents where owner_id = ${ann}
    `;
    const targets = { everything: null, user: ann, key: key?.id ?? "", agent: agent?.id ?? "" };
    for (const [kind, target] of Object.entries(targets)) {
      const [imposed, ...starts] = await Promise.all([
        stop(it, amy, kind, target),
        ...Array.from({ length: 11 }, () => start(it, ann, key?.id)),
      ]);
      assert.equal(imposed, "done");
      const running = await it.sql`
        select from public.runs where owner_id = ${ann} and cancel_requested_at is null
      `;
      assert.equal(running.length, 0, `${kind}: ${JSON.stringify(tally(starts))}`);
      await it.sql`update public.quarantines set released_at = now()`;
      await it.sql`update public.agents set state = 'active'`;
    }
  }));

Deno.test("however often the same is quarantined at once, it is once", () =>
  ring({}, async (it) => {
    const amy = await it.join("admin");
    const outcomes = await times(12, () => stop(it, amy, "everything", null));
    assert.deepEqual(tally(outcomes), { done: 1, already_quarantined: 11 });
  }));
