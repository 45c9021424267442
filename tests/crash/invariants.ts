import assert from "@std/assert";
import type { Sql } from "postgres";
import { prefixedId } from "../../supabase/functions/_shared/ids.ts";
import type { Load } from "./load.ts";

const runId = prefixedId("run");

/** Waits until nothing waits and nothing runs, whatever was lost and is tried again. */
export async function untilIdle(sql: Sql, patienceMs: number): Promise<void> {
  for (const end = Date.now() + patienceMs;;) {
    const [row] = await sql`
      select count(*)::int as left from public.runs where status in ('queued', 'running')`;
    if (row?.left === 0) return;
    assert.ok(Date.now() < end, `${row?.left} runs have not ended`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Every run that was accepted has ended once, and well; none was made that nobody asked for. */
export async function assertNoneLost(sql: Sql, { accepted }: Load): Promise<void> {
  const ids = [...accepted.values()].flatMap((answers) => [...answers]);
  assert.equal(ids.length, accepted.size, "one key, one run");
  const runs = await sql`select id, status, output from public.runs`;
  const known = new Set(runs.map(({ id }) => runId.of(id)));
  assert.deepEqual(ids.filter((id) => !known.has(id)), [], "accepted and not there");
  assert.equal(runs.length, ids.length, "there and never accepted");
  const others = runs.filter(({ status }) => status !== "succeeded");
  assert.deepEqual(others.map(({ id, status }) => [id, status]), []);
}

/** No row is half written: a run and its events tell the same, and nothing is left beside them. */
export async function assertWhole(sql: Sql): Promise<void> {
  const odd = await sql`
    select r.id, r.status, e.types
    from public.runs as r left join lateral (
      select array_agg(type order by seq) as types, max(seq) as last, count(*) as count
      from public.run_events where run_id = r.id
    ) as e on true
    where e.types is null or e.types[1] not in ('run.queued', 'run.started')
      or e.last <> e.count or e.types[e.last] <> 'run.' || r.status
      or cardinality(array_positions(e.types, 'run.succeeded')) > 1`;
  assert.deepEqual([...odd], []);
  const [left] = await sql`
    select
      (select count(*)::int from app.run_queue) as queued,
      (select count(*)::int from app.run_claims) as claims,
      (select count(*)::int from app.dead_letters) as dead,
      (select count(*)::int from app.audit_pending) as pending,
      (select app.check_audit_chain() ->> 'ok') as chain`;
  assert.deepEqual({ ...left }, { queued: 0, claims: 0, dead: 0, pending: 0, chain: "true" });
}
