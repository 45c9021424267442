/**
 * The queue under load: so many runs of four users with unlike shares, worked off by four workers:
 * edge isolates, or with `--runners` runners that pull. Prints how many a second, whether each was
 * executed once, each user's share while all had something to do, and, before that, how long an idle
 * stack takes from 202 to the start. CLOISTER_QUEUE_RUNS says how many runs; 10,000 if it says nothing.
 */
import postgres from "postgres";
import { startStack } from "../dev/stack.ts";
import { createApp } from "../supabase/functions/_shared/app.ts";
import { hostEngine } from "../supabase/functions/_shared/engine.ts";
import { readEnv } from "../supabase/functions/_shared/env.ts";
import { createPlatform } from "../supabase/functions/_shared/platform.ts";
import { createRuns } from "../supabase/functions/execute/runs/routes.ts";
import { spawnRunner } from "../tests/runner/spawn.ts";
import { call, type Person, person } from "../tests/stack.ts";

const RUNS = Number(Deno.env.get("CLOISTER_QUEUE_RUNS") ?? 10_000);
const SHARES = [0.4, 0.3, 0.2, 0.1];
const WORKERS = 4;
const IDLE_ROUNDS = 50;
const byRunners = Deno.args.includes("--runners");

await using stack = await startStack({ temporary: true, port: 0, clock: false, log: () => {} });
console.info = () => {};
Deno.env.set("CLOISTER_TEST_STACK", JSON.stringify(stack));
await using sql = Object.assign(postgres(stack.adminUrl, { max: 4, onnotice: () => {} }), {
  [Symbol.asyncDispose]: () => sql.end(),
});
await sql`
  update app.settings set max_queued_runs = 1000000, executes_per_minute = 1000000,
    max_concurrent_runs = 100, cpu_seconds_per_day = 8640000
`;
const people = await Promise.all(SHARES.map((_, index) => person(`p${index}`, stack)));
for (const somebody of people) {
  const body = { name: "a", source: "export default (x) => x;" };
  const made = await somebody.call("POST", "/agents", { body });
  if (!made.ok) throw new Error(await made.text());
}
await measureIdle(people[0]);
await fill();
const started = performance.now();
await (byRunners ? pull() : workAtTheEdge());
await report((performance.now() - started) / 1000);

/** From the answer of a queued run to its start, while nothing else is to do. */
async function measureIdle(somebody: Person | undefined): Promise<void> {
  if (somebody === undefined) return;
  const headers = { prefer: "respond-async, wait=10" };
  for (let round = 0; round < IDLE_ROUNDS; round++) {
    const reply = await somebody.call("POST", "/execute/agents/a", { body: {}, headers });
    await reply.body?.cancel();
  }
  const rows = await sql<{ ms: number }[]>`
    select extract(epoch from started_at - queued_at)::float8 * 1000 as ms from public.runs order by 1
  `;
  const at = (share: number) => rows[Math.floor(share * (rows.length - 1))]?.ms.toFixed(1);
  console.log(`idle: queued to started p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
  await sql`delete from public.runs`;
}

async function fill(): Promise<void> {
  for (const [index, share] of SHARES.entries()) {
    await sql`
      select public.enqueue_run(app.uuid7(), ${people[index]?.id ?? ""}, 'a', null, '1', 'bench')
      from generate_series(1, ${Math.round(RUNS * share)})
    `;
  }
}

async function left(): Promise<boolean> {
  const [row] = await sql`select exists (select from public.runs where ended_at is null) as some`;
  return row?.some === true;
}

async function workAtTheEdge(): Promise<void> {
  const env = readEnv({ ...stack.env, CLOISTER_ENGINE: "quickjs" });
  const keys: { cron?: string } = JSON.parse(stack.env.SUPABASE_SECRET_KEYS ?? "{}");
  const isolates = Array.from({ length: WORKERS }, () => {
    const platform = createPlatform("execute", env);
    return createApp("execute", platform, createRuns(hostEngine(env.engine, platform.log)));
  });
  const headers = { apikey: keys.cron ?? "" };
  while (await left()) {
    for (const app of isolates) {
      const reply = await app.request("/execute/queue/work", { method: "POST", headers });
      if (!reply.ok) throw new Error(await reply.text());
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function pull(): Promise<void> {
  const chief = await person("chief", stack);
  await sql`insert into app.user_roles (user_id, role) values (${chief.id}, 'admin')`;
  await using runners = new AsyncDisposableStack();
  for (let index = 0; index < WORKERS; index++) {
    const body = { name: `runner-${index}` };
    const made = await call(stack, "POST", "/admin/runners", { token: chief.token, body });
    const { key } = await made.json();
    runners.use(await spawnRunner({ CLOISTER_URL: stack.url, CLOISTER_RUNNER_PULL_KEY: key }));
  }
  while (await left()) await new Promise((resolve) => setTimeout(resolve, 200));
}

async function report(seconds: number): Promise<void> {
  const ended = await sql`
    select r.status, r.attempt, count(*)::int as runs,
      count(*) filter (where 1 <> (select count(*) from public.run_events as e
        where e.run_id = r.id and e.type = 'run.started'))::int as not_once
    from public.runs as r group by r.status, r.attempt
  `;
  console.log(`${RUNS} runs by ${WORKERS} ${byRunners ? "runners" : "isolates"}`);
  console.log(`${seconds.toFixed(1)} s, ${(RUNS / seconds).toFixed(0)} runs/s`);
  for (const { status, attempt, runs, not_once } of ended) {
    console.log(`${status} at attempt ${attempt}: ${runs}, not started once: ${not_once}`);
    if (status !== "succeeded" || not_once > 0) Deno.exitCode = 1;
  }
  const busy = Math.round(RUNS * Math.min(...SHARES)) * SHARES.length;
  const served = await sql`
    select owner_id, count(*)::int as runs from (
      select owner_id from public.runs order by started_at limit ${busy}) as first
    group by owner_id
  `;
  for (const { owner_id, runs } of served) {
    const user = people.findIndex(({ id }) => id === owner_id);
    const share = runs * SHARES.length / busy;
    console.log(`user ${user} (${SHARES[user]} of all): ${share.toFixed(2)} of a fair share`);
    if (Math.abs(share - 1) > 0.2) Deno.exitCode = 1;
  }
}
