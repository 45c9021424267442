import assert from "@std/assert";
import postgres from "postgres";
import { scratchStack } from "./scratch.ts";

const CHAPTER = `
  create schema app;
  create table app.jobs (name text, every text, kind text, work text);
  create table app.done (what text);
  create procedure app.in_steps() language plpgsql as $$
  begin
    insert into app.done values ('a first step');
    commit;
    insert into app.done values ('a second one');
    commit;
  end $$;
  insert into app.jobs values
    ('a-broken', '10 seconds', 'sql', 'select 1 / 0'),
    ('b-refused', '10 seconds', 'http', '/clocked/refused'),
    ('c-missing', '10 seconds', 'http', '/nowhere'),
    ('d-steps', '10 seconds', 'sql', 'call app.in_steps()'),
    ('e-called', '* * * * *', 'http', '/clocked/work');
`;

const FUNCTION = `
  const seen = [];
  const key = JSON.parse(Deno.env.get("SUPABASE_SECRET_KEYS")).cron;
  export default { fetch({ url, method, headers }) {
    if (method === "GET") return Response.json(seen);
    if (url.endsWith("refused")) return new Response("no", { status: 500 });
    seen.push([method, headers.get("apikey") === key, headers.get("authorization")]);
    return Response.json({});
  } };
`;

Deno.test("the stack's clock does every job, and a broken one keeps no other from it", async () => {
  await using scratch = await scratchStack(
    { "migrations/1_jobs.sql": CHAPTER, "functions/clocked/index.ts": FUNCTION },
    { clock: 1 },
  );
  const { stack, lines } = scratch;
  const seen = async () => await (await fetch(`${stack.url}/functions/v1/clocked`)).json();
  while ((await seen()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(await seen(), [["POST", true, null]]);
  const sql = postgres(stack.databaseUrl, { max: 1 });
  assert.deepEqual([...await sql`select what from app.done limit 2`], [
    { what: "a first step" },
    { what: "a second one" },
  ]);
  await sql.end();
  const told = lines.filter((line) => line.startsWith("the job"));
  assert.match(told.join("\n"), /^the job a-broken .*division by zero\n.*b-refused .*500\n.*404$/);
  assert.ok(!told.join("").includes("sb_secret_"));
});

Deno.test("a stack ends although a job of its clock does not", async () => {
  const chapter = `
    create schema app;
    create table app.jobs (name text, every text, kind text, work text);
    create table app.done (what text);
    create procedure app.without_end() language plpgsql as $$
    begin
      insert into app.done values ('begun');
      commit;
      perform pg_sleep(3600);
    end $$;
    insert into app.jobs values ('endless', '10 seconds', 'sql', 'call app.without_end()');
  `;
  await using scratch = await scratchStack({ "migrations/1_jobs.sql": chapter }, { clock: 1 });
  const sql = postgres(scratch.stack.databaseUrl, { max: 1 });
  const begun = async () => (await sql`select from app.done`).length > 0;
  while (!await begun()) await new Promise((resolve) => setTimeout(resolve, 20));
  await sql.end();
  // Otherwise this waits for an hour.
  await scratch.stack.stop();
});
