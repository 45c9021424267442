import { getAuthSchemaSql } from "@supabase/lite";
import postgres, { type Sql } from "postgres";
import { StackError } from "../error.ts";
import { surviveAbsence } from "./absence.ts";
import { migrate } from "./migrations.ts";
import { startPostgres } from "../postgres/server.ts";
import type { State } from "../state.ts";

/** A database that looks like a new hosted project's, with the migrations applied. */
export interface Database extends AsyncDisposable {
  /** As the role that owns the schema: on our own Postgres `postgres`, which is no superuser. */
  readonly url: string;
  /** As a superuser. */
  readonly adminUrl: string;
  /** Connections in the name of the owner. */
  readonly sql: Sql;
}

/** What a database is made from. */
export interface DatabaseOptions {
  /** The state folder, locked by the caller. */
  dir: string;
  state: State;
  migrationsDir: string;
  log: (line: string) => void;
  /** Where our own Postgres should listen. A wish. */
  port: number;
  /** Another Postgres, 15 or newer, as a superuser. */
  databaseUrl: string | undefined;
}

const OLDEST = 150_000;
// Any number: it marks a database that a stack uses.
const LOCK = 54321;

/** Starts our own Postgres, or opens another, and brings it up to date. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  await using opened = new AsyncDisposableStack();
  const { url, adminUrl } = options.databaseUrl === undefined
    ? await ownServer(options, opened)
    : await otherServer(options.databaseUrl, opened);
  opened.use(surviveAbsence(url));
  const sql = connect(url, 2);
  opened.defer(() => sql.end({ timeout: 1 }));
  await migrate(sql, options.migrationsDir);
  const closing = opened.move();
  return { url, adminUrl, sql, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

type Addresses = Pick<Database, "url" | "adminUrl">;

async function ownServer(
  { dir, state, port, log }: DatabaseOptions,
  opened: AsyncDisposableStack,
): Promise<Addresses> {
  const server = opened.use(await startPostgres({ dir, password: state.adminPassword, port, log }));
  const admin = connect(server.adminUrl, 1);
  await admin.unsafe(await read("server.sql"));
  await admin.unsafe(`alter role postgres login password '${state.password}'`);
  await bootstrap(admin, "postgres");
  await admin.end();
  const url = new URL(server.adminUrl);
  url.username = "postgres";
  url.password = state.password;
  return { url: url.href, adminUrl: server.adminUrl };
}

async function otherServer(url: string, opened: AsyncDisposableStack): Promise<Addresses> {
  const admin = connect(url, 1);
  opened.defer(() => admin.end({ timeout: 1 }));
  const [facts] = await admin<Facts[]>`
    select
      current_setting('server_version_num')::int as version,
      current_user as owner,
      to_regrole('supabase_auth_admin') is not null as hosted,
      pg_try_advisory_lock(${LOCK}) as free
  `.catch((cause) => {
    throw new StackError(`CLOISTER_DATABASE_URL cannot be opened: ${cause.message}`, { cause });
  });
  const reason = facts && unfit(facts);
  if (facts === undefined || reason !== undefined) {
    throw new StackError(`CLOISTER_DATABASE_URL cannot be used: ${reason}`);
  }
  await bootstrap(admin, facts.owner);
  return { url, adminUrl: url };
}

interface Facts {
  version: number;
  owner: string;
  hosted: boolean;
  free: boolean;
}

function unfit({ version, hosted, free }: Facts): string | undefined {
  if (version < OLDEST) return "it is a Postgres older than 15.";
  if (!free) return "another stack is using that database.";
  if (!hosted) return undefined;
  return "it belongs to a Supabase project, which needs no local stack. Push the migrations there" +
    " with `supabase db push`.";
}

/** What a hosted project has before its first migration. Idempotent. */
async function bootstrap(admin: Sql, owner: string): Promise<void> {
  await admin`select set_config('cloister.owner', ${owner}, false)`;
  const [roles, rights] = await Promise.all([read("bootstrap.sql"), read("auth.sql")]);
  await admin.unsafe([roles, getAuthSchemaSql(), rights].join(";\n"));
}

function connect(url: string, max: number): Sql {
  return postgres(url, { max, onnotice: () => {} });
}

function read(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, import.meta.url));
}
