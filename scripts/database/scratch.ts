import postgres, { type Sql } from "postgres";
import { pgtapSql } from "./extension.ts";

const SUPABASE = new URL("../../supabase/", import.meta.url);
// Any number: whoever holds it builds the template, and others wait for it.
const TEMPLATE_LOCK = 20260101;

/** The role that owns the schema in scratch databases: like `postgres` on hosted projects, it is no superuser. */
export const OWNER = "cloister_owner";

/** A database of one's own, dropped when it is disposed. */
export interface Scratch extends AsyncDisposable {
  /** As a superuser. */
  readonly url: string;
  /** A pool of `max` connections, ended with the scratch database. */
  connect(max: number): Sql;
}

/** A database with the migrations applied and pgTAP in it, copied from a template in about 100 ms. */
export async function createScratch(adminUrl: string): Promise<Scratch> {
  const admin = open(adminUrl, 1);
  const template = await findTemplate(admin, adminUrl);
  return await createFrom(admin, adminUrl, `template ${template} owner ${OWNER}`);
}

/** A database as a hosted project is before its first migration. */
export async function createEmpty(adminUrl: string): Promise<Scratch> {
  const scratch = await createFrom(open(adminUrl, 1), adminUrl, "template template0");
  await fill(scratch.url, [await read("tests/plain_postgres.psql")]);
  return scratch;
}

/** The migrations in their order. */
export async function readMigrations(): Promise<{ name: string; text: string }[]> {
  const names = await Array.fromAsync(
    Deno.readDir(new URL("migrations/", SUPABASE)),
    ({ name }) => name,
  );
  return await Promise.all(
    names.filter((name) => name.endsWith(".sql")).sort()
      .map(async (name) => ({ name, text: await read(`migrations/${name}`) })),
  );
}

async function createFrom(admin: Sql, adminUrl: string, how: string): Promise<Scratch> {
  const name = `cloister_scratch_${crypto.randomUUID().replaceAll("-", "")}`;
  await admin.unsafe(`create database ${name} ${how}`);
  await admin.unsafe(`alter database ${name} set search_path = "$user", public, extensions`);
  const url = inDatabase(adminUrl, name);
  const pools: Sql[] = [];
  return {
    url,
    connect(max) {
      const pool = open(url, max);
      pools.push(pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

/** The template of these very migrations, built by the first who asks. */
async function findTemplate(admin: Sql, adminUrl: string): Promise<string> {
  const migrations = await readMigrations();
  const ground = [await read("tests/plain_postgres.psql"), PGTAP_AT, await pgtapSql()];
  const parts = [...ground, AS_OWNER, ...migrations.map(({ text }) => text)];
  const name = `cloister_template_${await hash(parts.join("\n"))}`;
  await admin`select pg_advisory_lock(${TEMPLATE_LOCK})`;
  const ready = await admin`select from pg_database where datname = ${name} and not datallowconn`;
  if (ready.length === 0) {
    await admin.unsafe(`drop database if exists ${name}`);
    await admin.unsafe(`create database ${name} template template0`);
    await fill(inDatabase(adminUrl, name), parts);
    await admin.unsafe(`alter database ${name} with allow_connections false`);
  }
  await admin`select pg_advisory_unlock(${TEMPLATE_LOCK})`;
  return name;
}

const PGTAP_AT = "set search_path = extensions";
const AS_OWNER = `reset search_path; set role ${OWNER}`;

async function fill(url: string, parts: readonly string[]): Promise<void> {
  const sql = open(url, 1);
  for (const part of parts) await sql.unsafe(part);
  await sql.end();
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function inDatabase(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function open(url: string, max: number): Sql {
  return postgres(url, { max, onnotice: () => {} });
}

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, SUPABASE));
}
