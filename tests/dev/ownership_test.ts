import assert from "@std/assert";
import { client, query, scratchStack } from "./scratch.ts";

const NOTES = "create table public.notes (text text); grant select on public.notes to anon;";

Deno.test("the database owner is no superuser, and owns what migrations make, as on hosted projects", async () => {
  await using scratch = await scratchStack({ "migrations/20260101000000_notes.sql": NOTES });
  const [row] = await query(
    scratch.stack.databaseUrl,
    `select rolsuper, rolcreaterole, rolbypassrls, tableowner from pg_roles, pg_tables
     where rolname = current_user and tablename = 'notes'`,
  );
  assert.deepEqual({ ...Object(row) }, {
    rolsuper: false,
    rolcreaterole: true,
    rolbypassrls: true,
    tableowner: "postgres",
  });
});

Deno.test("a new table is not exposed until a migration grants it", async () => {
  await using scratch = await scratchStack({
    "migrations/20260101000000_two.sql": `${NOTES} create table public.hidden (text text);`,
  });
  const anonymous = client(scratch.stack);
  assert.deepEqual((await anonymous.from("notes").select()).data, []);
  for (const supabase of [anonymous, client(scratch.stack, scratch.stack.secretKey)]) {
    assert.equal((await supabase.from("hidden").select()).error?.code, "42501");
  }
});

Deno.test("Postgres listens on 127.0.0.1 alone and wants a password", async () => {
  await using scratch = await scratchStack({});
  const [{ addresses, sockets, rules }] = (await query(
    scratch.stack.adminUrl,
    `select current_setting('listen_addresses') as addresses,
       current_setting('unix_socket_directories') as sockets,
       (select array_agg(distinct auth_method) from pg_hba_file_rules) as rules`,
  )).map(Object);
  assert.deepEqual({ addresses, sockets, rules }, {
    addresses: "127.0.0.1",
    sockets: "",
    rules: ["scram-sha-256"],
  });
  const guess = new URL(scratch.stack.adminUrl);
  guess.password = "postgres";
  await assert.rejects(query(guess.href, "select 1"), { code: "28P01" });
});
