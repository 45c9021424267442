import assert from "@std/assert";
import { freePort } from "../../dev/port.ts";
import { startStack } from "../../dev/stack.ts";
import { installedPostgres, startOther } from "../other_postgres.ts";
import { client, query, scratchStack, signedUp } from "./scratch.ts";

const NOTES = `
  create table public.notes (
    id int generated always as identity primary key,
    owner_id uuid not null default auth.uid() references auth.users (id) on delete cascade
  );
  alter table public.notes enable row level security;
  grant select, insert on public.notes to authenticated;
  create policy own on public.notes to authenticated
    using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
`;
const MIGRATION = { "migrations/20260101000000_notes.sql": NOTES };

const installed = await installedPostgres();
const ignore = installed === undefined;
const where = ignore ? "another Postgres (skipped: none is installed here)" : "another Postgres";

Deno.test(`${where} is bootstrapped, migrated and served like our own`, { ignore }, async () => {
  await using other = await startOther(installed ?? "");
  await using scratch = await scratchStack(MIGRATION, { databaseUrl: other.url });
  const { supabase, id } = await signedUp(scratch.stack);
  const made = await supabase.from("notes").insert({ owner_id: id }).select("owner_id").single();
  assert.deepEqual(made.data, { owner_id: id });
  const stranger = await signedUp(scratch.stack);
  assert.deepEqual((await stranger.supabase.from("notes").select()).data, []);
  assert.equal((await client(scratch.stack).from("notes").select()).error?.code, "42501");
});

Deno.test(`${where} serves one stack at a time, and keeps its data`, { ignore }, async () => {
  await using other = await startOther(installed ?? "");
  {
    await using scratch = await scratchStack(MIGRATION, { databaseUrl: other.url });
    await signedUp(scratch.stack);
    await assert.rejects(
      startStack({ temporary: true, port: 0, functions: false, databaseUrl: other.url }),
      /another stack is using that database/,
    );
  }
  await using _again = await scratchStack(MIGRATION, { databaseUrl: other.url });
  const [row] = await query(other.url, "select count(*)::int as count from auth.users");
  assert.equal(Object(row).count, 1);
});

Deno.test(`${where} that belongs to a Supabase project is left alone`, { ignore }, async () => {
  await using other = await startOther(installed ?? "");
  await query(other.url, "create role supabase_auth_admin");
  await assert.rejects(
    startStack({ temporary: true, port: 0, functions: false, databaseUrl: other.url }),
    /belongs to a Supabase project/,
  );
  const schemas = await query(other.url, "select from pg_namespace where nspname = 'auth'");
  assert.equal(schemas.length, 0);
});

Deno.test("a database that cannot be reached is said to be", async () => {
  const databaseUrl = `postgresql://postgres@127.0.0.1:${freePort()}/postgres`;
  await assert.rejects(startStack({ temporary: true, port: 0, functions: false, databaseUrl }), {
    name: "StackError",
    message: /^CLOISTER_DATABASE_URL cannot be opened/,
  });
});

Deno.test("a Redis that cannot be reached is said to be", async () => {
  const redisUrl = `redis://127.0.0.1:${freePort()}`;
  await assert.rejects(startStack({ temporary: true, port: 0, functions: false, redisUrl }), {
    name: "StackError",
    message: /^REDIS_URL cannot be opened/,
  });
});
