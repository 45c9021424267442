import assert from "@std/assert";
import postgres, { type Sql } from "postgres";
import { useScratch } from "./database.ts";

const WRITERS = 50;
/** As many as PostgREST may have; whoever gets none waits for one. */
const CONNECTIONS = 12;
const scratch = useScratch();

interface World extends AsyncDisposable {
  sql: Sql;
  owner: string;
  agents: string[];
  runs: string[];
}

/** A user with two agents, each of which runs. */
async function build(): Promise<World> {
  const sql = scratch().connect(CONNECTIONS);
  await together(() => sql`select pg_sleep(0.01)`); // all connections are open before the race
  const owner = crypto.randomUUID();
  const agents = ["a", "b"];
  await sql`insert into auth.users (id) values (${owner})`;
  const runs: string[] = [];
  for (const agent of agents) {
    await sql.begin(async (tx) => {
      const claims = JSON.stringify({ sub: owner });
      await tx`select set_config('request.jwt.claims', ${claims}, true)`;
      await tx`select public.create_agent(${agent}, '', 'x', 'javascript')`;
    });
    const [run] = await sql<{ id: string }[]>`
      select id from public.start_run(app.uuid7(), ${owner}, ${agent}, null, '1', 'quickjs', '{}',
        '{}', 60000, 'request')`;
    runs.push(run?.id ?? "");
  }
  return { sql, owner, agents, runs, [Symbol.asyncDispose]: () => sql.end() };
}

function together<T>(work: (index: number) => PromiseLike<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: WRITERS }, (_, index) => work(index)));
}

/** A run's write; the code of its refusal, or `done`. */
async function write(
  { sql, runs }: World,
  { path, text, files = 1_000, bytes = 1_000_000, run = 0 }: {
    path: string;
    text: string;
    files?: number;
    bytes?: number;
    run?: number;
  },
): Promise<string> {
  const sent = [{ path, type: "text/plain", content: btoa(text) }];
  try {
    await sql`
      select public.write_run_files(${runs[run] ?? ""}, ${sql.json(sent)}, ${bytes}, ${files})`;
    return "done";
  } catch (err) {
    if (err instanceof postgres.PostgresError) return err.message;
    throw err;
  }
}

function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

Deno.test("50 parallel writes keep no more files, and no more bytes, than are granted", async () => {
  await using world = await build();
  const byCount = await together((index) =>
    write(world, { path: `f${index}`, text: "x", files: 7 })
  );
  assert.deepEqual(tally(byCount), { done: 7, workspace_full: 43 });
  const bySize = await together((index) =>
    write(world, { path: `scratch/${index}`, text: "0123456789", bytes: 95 })
  );
  assert.deepEqual(tally(bySize), { done: 9, workspace_full: 41 });
});

Deno.test("50 parallel writes to several agents keep no more than their owner may", async () => {
  await using world = await build();
  await world.sql`update app.settings set max_file_bytes_per_user = 205`;
  try {
    const outcomes = await together((index) =>
      write(world, { path: `f${index}`, text: "0123456789", run: index % 2 })
    );
    assert.deepEqual(tally(outcomes), { done: 20, workspace_full: 30 });
  } finally {
    await world.sql`update app.settings set max_file_bytes_per_user = 268435456`;
  }
});

Deno.test("50 parallel writes of one file leave one of them, whole", async () => {
  await using world = await build();
  const { sql, runs: [run = ""] } = world;
  const texts = Array.from({ length: WRITERS }, (_, index) => String(index).repeat(index + 1));
  const outcomes = await together((index) => write(world, { path: "a", text: texts[index] ?? "" }));
  assert.deepEqual(tally(outcomes), { done: 50 });
  const kept = await sql<{ text: string }[]>`
    select convert_from(content, 'UTF8') as text from public.files as f
    join public.runs as r on r.agent_id = f.agent_id where r.id = ${run}`;
  assert.equal(kept.length, 1);
  assert.ok(texts.includes(kept[0]?.text ?? ""));
});

Deno.test("a run that ends among 50 writes leaves no scratch file behind, whoever was first", async () => {
  await using world = await build();
  const { sql, runs: [run = ""] } = world;
  const ending = JSON.stringify({ status: "succeeded" });
  const outcomes = together((index) => write(world, { path: `scratch/${index}`, text: "x" }));
  const settled = sql`select public.settle_run(${run}, ${ending})`;
  const counts = tally(await outcomes);
  await settled;
  assert.deepEqual(Object.keys(counts).filter((code) => !/^(done|run_ended)$/.test(code)), []);
  const [left] = await sql`select count(*)::int as files from public.files where run_id = ${run}`;
  assert.equal(left?.files, 0);
});

Deno.test("deleting an agent among 50 uploads ends both, and deadlocks neither", async () => {
  await using world = await build();
  const { sql, owner, runs } = world;
  for (const run of runs) await sql`select public.settle_run(${run}, '{"status":"succeeded"}')`;
  const uploads = together(async (index) => {
    try {
      await sql`select public.put_file(${owner}, 'a', ${`f${index}`}, 'text/plain', content => '')`;
      return "done";
    } catch (err) {
      return err instanceof postgres.PostgresError ? err.message : "broken";
    }
  });
  const deleted = sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: owner })}, true)`;
    await tx`select public.delete_agent('a')`;
  });
  const counts = tally(await uploads);
  await deleted;
  assert.deepEqual(Object.keys(counts).filter((code) => !/^(done|not_found)$/.test(code)), []);
  const [left] =
    await sql`select count(*)::int as files from public.files where owner_id = ${owner}`;
  assert.equal(left?.files, 0);
});
