import { basename, join } from "node:path";
import type { Sql } from "postgres";
import * as z from "zod";
import { StackError } from "../error.ts";

const FILE = /^(\d+)_(.+)\.sql$/;
const Applied = z.array(z.object({ version: z.string(), statements: z.array(z.string()) }));
const SqlError = z.object({
  message: z.string(),
  code: z.string(),
  position: z.string().optional(),
});

interface Migration {
  file: string;
  version: string;
  name: string;
  text: string;
}

/**
 * Applies what is new in `dir`, in order, each file in a transaction of its own, recorded as the
 * Supabase CLI records it. Returns how many were applied. A file that was applied and changed since
 * is refused: the database cannot follow it.
 */
export async function migrate(sql: Sql, dir: string): Promise<number> {
  await sql.unsafe(HISTORY);
  const applied = new Map(
    Applied.parse(
      await sql`
      select version, coalesce(statements, '{}') as statements
      from supabase_migrations.schema_migrations
    `,
    ).map(({ version, statements }) => [version, essence(statements.join(""))]),
  );
  let count = 0;
  for (const migration of await readMigrations(dir)) {
    const known = applied.get(migration.version);
    if (known === undefined) count += await apply(sql, migration);
    else if (known !== essence(migration.text)) throw changed(migration);
  }
  return count;
}

const HISTORY = `
  set client_min_messages = warning;
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text primary key,
    statements text[],
    name text
  );
  reset client_min_messages;
`;

async function readMigrations(dir: string): Promise<Migration[]> {
  const names = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  return await Promise.all(
    names.filter((name) => FILE.test(name)).sort().map(async (file) => {
      const [, version = "", name = ""] = FILE.exec(basename(file)) ?? [];
      return { file, version, name, text: await Deno.readTextFile(join(dir, file)) };
    }),
  );
}

async function apply(sql: Sql, { file, version, name, text }: Migration): Promise<number> {
  await sql.begin(async (transaction) => {
    await transaction.unsafe(text);
    await transaction`
      insert into supabase_migrations.schema_migrations (version, name, statements)
      values (${version}, ${name}, ${[text]})
    `;
  }).catch((cause) => {
    const { success, data } = SqlError.safeParse(cause);
    if (!success) throw cause;
    const line = text.slice(0, Number(data.position ?? 0)).split("\n").length;
    const place = data.position === undefined ? file : `${file}:${line}`;
    throw new StackError(`Migration ${place}: ${data.message} (${data.code})`, { cause });
  });
  return 1;
}

/** What is left when layout and the CLI's cutting into statements are taken away. */
function essence(text: string): string {
  return text.replace(/[\s;]+/g, "");
}

function changed({ file }: Migration): StackError {
  return new StackError(
    `Migration ${file} was changed after it had been applied here. Until 1.0 chapters may be edited:` +
      " `deno task reset` starts over with an empty database. Or undo the change.",
  );
}
