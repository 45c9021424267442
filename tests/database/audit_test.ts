import assert from "@std/assert";
import type { Sql } from "postgres";
import { signContext } from "../../supabase/functions/_shared/watch/sign_context.ts";
import { hashEntry } from "./audit_hash.ts";
import { callAs, openRing, tally, times } from "./caller.ts";
import { type Identity, useScratch } from "./database.ts";

const CONNECTIONS = 8;
const SERVICE: Identity = { role: "service_role" };
const scratch = useScratch();

/** A user who has an agent that may run often. */
async function owner(sql: Sql): Promise<Identity & { sub: string }> {
  const sub = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${sub})`;
  await sql`update app.settings set max_concurrent_runs = 1000`;
  const user: Identity & { sub: string } = { role: "authenticated", sub };
  await callAs(
    sql,
    user,
    (tx) => tx`select public.create_agent('weather', '', 'x', 'javascript', findings => '[]')`,
  );
  return user;
}

function start(sql: Sql, sub: string): Promise<string> {
  return callAs(
    sql,
    SERVICE,
    (tx) =>
      tx`select public.start_run(app_id.id, ${sub}, 'weather', null, '1', 'quickjs', '{wasm}',
        '{"wall_ms":1000}', 1000, 'request') from (select ${runId()}::uuid as id) as app_id`,
  );
}

function runId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

async function check(sql: Sql) {
  const [row] = await sql`select app.check_audit_chain() as verdict`;
  return row?.verdict;
}

Deno.test("an exported audit log can be checked without the database", async () => {
  const sql = scratch().connect(1);
  const user = await owner(sql);
  await start(sql, user.sub);
  const headers = { "user-agent": 'quote " back \\ tab \t é 🦆 \u0001 \u007f' };
  await sql.begin(async (tx) => {
    await tx`select set_config('request.headers', ${JSON.stringify(headers)}, true)`;
    await tx`
      select app.audit('test.odd', 'test', 'é', '{"é": "\\u0001 \\" \\\\", "bb": [1, -2, true, null, {}],
        "a": {"z": 1, "ab": []}, "": "x"}')
    `;
  });
  const exported = await sql<{ line: string }[]>`
    select to_json(l)::text as line from public.audit_log as l order by seq
  `;
  assert.ok(exported.length >= 4);
  let before = "0".repeat(64);
  for (const { line } of exported) {
    const entry = JSON.parse(line);
    assert.equal(entry.prev_hash, before);
    assert.equal(await hashEntry(entry), entry.hash, line);
    before = entry.hash;
  }
});

Deno.test("what the functions sign, the database believes", async () => {
  const sql = scratch().connect(1);
  const [{ hex }] = await sql<[{ hex: string }]>`select public.context_key() as hex`;
  const key = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const context = { requestId: "req-1", address: "2001:db8::/64", userAgent: "Ünïcode 🦆" };
  const mark = await signContext(key, context);
  await sql.begin(async (tx) => {
    const headers = JSON.stringify({ "x-cloister-context": mark });
    await tx`select set_config('request.headers', ${headers}, true)`;
    assert.deepEqual([...await tx`select * from app.request_context()`], [{
      request_id: context.requestId,
      address: context.address,
      user_agent: context.userAgent,
      via: "api",
    }]);
  });
});

Deno.test("whoever audits at once leaves one chain, and nobody waits for ever", async () => {
  const sql = await openRing(scratch().connect, CONNECTIONS);
  const people = await times(CONNECTIONS, () => owner(sql));
  const before = await check(sql);
  const outcomes = await Promise.all(people.flatMap(({ sub, role }, index) => [
    ...Array.from({ length: 10 }, () => start(sql, sub)),
    callAs(sql, { role, sub }, (tx) => tx`select public.update_agent('weather', 'news')`),
    callAs(sql, { role, sub }, (tx) => tx`select public.set_agent_archived('news', true)`),
    callAs(sql, SERVICE, (tx) => report(tx, "permission_denied", sub)),
    check(sql).then(({ ok }) => ok ? "done" : "a chain that does not hold while it grows"),
    // Half of them are deleted meanwhile, with everything they have.
    index % 2 === 0
      ? sql`delete from auth.users where id = ${sub}`.then(() => "done")
      : Promise.resolve("done"),
  ]));
  const counts = tally(outcomes);
  const { done = 0, not_found = 0, forbidden = 0, agent_archived = 0, ...unexpected } = counts;
  assert.deepEqual(unexpected, {});
  assert.ok(done > CONNECTIONS * 4 && not_found + forbidden + agent_archived > 0);
  const after = await check(sql);
  assert.equal(after.ok, true, JSON.stringify(after));
  assert.equal(after.checked, after.head_seq);
  assert.ok(after.head_seq >= before.head_seq + CONNECTIONS * 3);
  const [pending] = await sql`select count(*)::int as count from app.audit_pending`;
  assert.equal(pending?.count, 0);
});

Deno.test("a change and its entry are one: neither is there before the other, or without it", async () => {
  const sql = scratch().connect(2);
  const { sub } = await owner(sql);
  const head = await check(sql);
  const undone = new Error("undone");
  await sql.begin(async (tx) => {
    await tx`update public.agents set description = 'new' where owner_id = ${sub}`;
    assert.deepEqual(await check(sql), head, "nobody sees the entry before the commit");
    throw undone;
  }).catch((error) => assert.equal(error, undone));
  assert.deepEqual(await check(sql), head, "what is taken back leaves nothing");
  await sql`create table public.kept as select * from app.audit_head`;
  await sql`delete from app.audit_head`;
  await assert.rejects(
    sql`update public.agents set description = 'new' where owner_id = ${sub}`.execute(),
  );
  await sql`insert into app.audit_head select * from public.kept`;
  await sql`drop table public.kept`;
  const [agent] = await sql`select description from public.agents where owner_id = ${sub}`;
  assert.equal(agent?.description, "", "what cannot be audited is not done");
});

Deno.test("what a superuser does to the log without its triggers is found", async () => {
  const sql = scratch().connect(1);
  await owner(sql);
  const { head_seq, head_hash } = await check(sql);
  const tampering = {
    edited: "update public.audit_log set actor_id = null where seq = 2",
    missing: "delete from public.audit_log where seq = 2",
    reordered: `update public.audit_log set seq = -seq where seq in (1, 2);
      update public.audit_log set seq = 3 + seq where seq < 0`,
    truncated: `delete from public.audit_log where seq = ${head_seq};
      update app.audit_head set (seq, hash) =
        (select seq, hash from public.audit_log order by seq desc limit 1)`,
  };
  for (const [problem, statements] of Object.entries(tampering)) {
    const undone = new Error("undone");
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local session_replication_role = replica; ${statements}`);
      const [row] = await tx`
        select app.check_audit_chain(1, ${head_seq}::bigint, ${head_hash}) as verdict
      `;
      assert.equal(row?.verdict.problem, problem);
      throw undone;
    }).catch((error) => assert.equal(error, undone, error));
  }
});

Deno.test("ten isolates that report at once raise one alert", async () => {
  const sql = await openRing(scratch().connect, 10);
  const sub = crypto.randomUUID();
  const outcomes = await times(
    10,
    () => callAs(sql, SERVICE, (tx) => report(tx, "suspicious", sub)),
  );
  assert.deepEqual(tally(outcomes), { done: 10 });
  const alerts =
    await sql`select count::int, first_at <= at as ordered from public.alerts where subject = ${sub}`;
  assert.deepEqual([...alerts], [{ count: 10, ordered: true }]);
  const [events] = await sql`
    select sum(count)::int as count from public.security_events where user_id = ${sub}
  `;
  assert.equal(events?.count, 10);
});

Deno.test("isolates that report about the same people in another order do not wait for ever", async () => {
  const sql = await openRing(scratch().connect, CONNECTIONS);
  const people = Array.from({ length: 20 }, () => crypto.randomUUID());
  const outcomes = await times(40, (n) => {
    const order = n % 2 === 0 ? people : people.toReversed();
    const events = order.map((user_id) => ({ type: "suspicious", user_id, address: user_id }));
    return callAs(
      sql,
      SERVICE,
      (tx) => tx`select public.record_security_events(${JSON.stringify(events)})`,
    );
  });
  assert.deepEqual(tally(outcomes), { done: 40 });
  const alerts =
    await sql`select from public.alerts where rule = 'suspicious' and subject = any (${people})`;
  assert.equal(alerts.length, people.length);
});

function report(tx: Parameters<Parameters<typeof callAs>[2]>[0], type: string, user_id: string) {
  const events = JSON.stringify([{ type, user_id, count: 1 }]);
  return tx`select public.record_security_events(${events})`;
}
