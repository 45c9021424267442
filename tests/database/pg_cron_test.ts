import assert from "@std/assert";
import postgres, { type Sql } from "postgres";
import { OWNER, readMigrations } from "../../scripts/database/scratch.ts";
import { installedPostgres, startOther } from "../other_postgres.ts";

const bin = await installedPostgres();
const missing = bin === undefined || !await hasPgCron(bin);
const HELPERS = new URL("../../supabase/tests/plain_postgres.psql", import.meta.url);

/** pg_net and Vault as their documentation describes them: no package brings them. */
const STAND_INS = `
  create schema vault;
  create table vault.decrypted_secrets (name text, decrypted_secret text);
  insert into vault.decrypted_secrets values
    ('cloister_url', 'https://ref.supabase.co'), ('cloister_cron_key', 'sb_secret_cron');
  create schema net;
  create table net.asked (id bigint generated always as identity, url text, headers jsonb);
  create function net.http_post(
    url text, body jsonb default '{}', params jsonb default '{}',
    headers jsonb default '{}', timeout_milliseconds int default 5000
  ) returns bigint language sql as $$
    insert into net.asked (url, headers) values ($1, $4) returning id
  $$;
  grant usage on schema vault, net, cron to ${OWNER};
  grant select, insert on all tables in schema vault, net to ${OWNER};
  alter role ${OWNER} login;
`;

Deno.test({
  name: "pg_cron does every job of the list, and a broken one keeps no other from it" +
    (missing ? " (skipped: postgresql-15-cron is not installed here)" : ""),
  ignore: missing,
  async fn() {
    await using server = await startOther(bin ?? "", {
      shared_preload_libraries: "pg_cron",
      "cron.database_name": "postgres",
    });
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      await install(sql);
      await checkSchedule(sql);
      await sql`update cron.job set schedule = '@reboot'`;
      await server.restart();
      await checkRound(sql);
    } finally {
      await sql.end();
    }
  },
});

async function hasPgCron(bin: string): Promise<boolean> {
  const version = /\/(\d+)\/bin$/.exec(bin)?.[1];
  const control = `/usr/share/postgresql/${version}/extension/pg_cron.control`;
  return await Deno.stat(control).then(() => true, () => false);
}

/** The schema as a hosted project gets it: its owner is no superuser. */
async function install(sql: Sql): Promise<void> {
  await sql.unsafe(await Deno.readTextFile(HELPERS));
  await sql.unsafe(`create extension pg_cron; ${STAND_INS}`);
  await sql.unsafe(`set role ${OWNER}`);
  for (const { text } of await readMigrations()) await sql.unsafe(text);
  await sql.unsafe("reset role");
}

async function checkSchedule(sql: Sql): Promise<void> {
  const [counts] = await sql`
    select (select count(*)::int from app.jobs) as listed, count(*)::int as taken,
      count(*) filter (where username = ${OWNER})::int as ours
    from cron.job
  `;
  assert.ok(counts?.listed > 5);
  assert.deepEqual([counts?.taken, counts?.ours], [counts?.listed, counts?.listed]);
  const lines = await sql`select distinct schedule from cron.job where schedule like '%seconds'`;
  const [{ version } = {}] = await sql`select app.pg_cron_version() as version`;
  assert.equal(lines.length > 0, !/^1\.4(-|$)/.test(version));
  await sql.unsafe(`set role ${OWNER}`);
  await sql`insert into app.jobs values ('broken', '* * * * *', 'sql', 'select 1 / 0')`;
  await sql`delete from app.jobs where name = 'usage'`;
  await sql`select app.schedule_jobs()`;
  await sql.unsafe("reset role");
  const changed = await sql`
    select jobname from cron.job where jobname in ('cloister-usage', 'cloister-broken')
  `;
  assert.deepEqual([...changed], [{ jobname: "cloister-broken" }]);
}

/** Everything was done once, with the server's start instead of in the night. */
async function checkRound(sql: Sql): Promise<void> {
  const jobs = await sql`select from cron.job`;
  const ended = () =>
    sql`
    select j.jobname, d.status, d.return_message from cron.job_run_details as d
    join cron.job as j using (jobid) where d.status in ('succeeded', 'failed') order by 1
  `;
  while ((await ended()).length < jobs.length) await new Promise((go) => setTimeout(go, 50));
  const failed = (await ended()).filter(({ status }) => status === "failed");
  assert.deepEqual(failed.map(({ jobname, return_message }) => [jobname, return_message]), [
    ["cloister-broken", "ERROR:  division by zero\n"],
  ]);
  const asked = await sql`select url, headers ->> 'apikey' as key from net.asked order by url`;
  const http = await sql`
    select 'https://ref.supabase.co/functions/v1' || work as url, 'sb_secret_cron' as key
    from app.jobs where kind = 'http' order by url
  `;
  assert.deepEqual([...asked], [...http]);
}
