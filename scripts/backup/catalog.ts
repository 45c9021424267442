/**
 * What there is to back up, as the catalogue says it: a table that a later chapter makes is in the
 * next backup without a word here. Only what is to be left out is named.
 */
import type { TransactionSql } from "postgres";
import * as z from "zod";
import { BackupError, nameOf, Sequence, Table } from "./format.ts";

/** Of Auth, what belongs to accounts. Sessions are not: whoever was signed in signs in again. */
const ACCOUNTS = ["users", "identities", "mfa_factors"];

/**
 * Tables that a backup leaves out, beside the unlogged ones, which a crash would empty, too. What
 * the new stack makes for itself must not come from an old one.
 */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "app.context_key": "a key that every database makes for itself",
  "app.jobs": "the chapters fill it: what the clock calls",
  "app.partitioned": "the chapters fill it, too: what partitions are made of",
  "app.run_queue": "follows from the runs that are queued",
  "app.run_claims": "who had taken a run is gone: the run is taken anew",
  "app.counters": "figures of the old stack: a new one begins at zero",
  "app.counts": "figures, too",
  "app.metric_batches": "figures on their way",
};

/** A foreign key: the table that has it, and the one that it refers to. */
const Arrow = z.object({ child: z.string(), parent: z.string() });

/**
 * The tables to back up, parents before their children: all ordinary and partitioned ones of `public`
 * and `app` (a partition is part of its table), and the accounts of Auth. Columns are those that hold
 * data of their own.
 */
export async function readTables(sql: TransactionSql): Promise<Table[]> {
  const found = await sql`
    select n.nspname as schema, c.relname as name,
      coalesce(json_agg(json_build_object('name', a.attname, 'type',
        format_type(a.atttypid, a.atttypmod)) order by a.attnum)
        filter (where a.attname is not null), '[]') as columns
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    left join pg_attribute as a
      on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
      and (n.nspname in ('public', 'app') or n.nspname = 'auth' and c.relname = any (${ACCOUNTS}))
      and not exists (select from pg_depend as d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    group by n.nspname, c.relname
    order by n.nspname <> 'auth', n.nspname, c.relname
  `;
  const tables = Table.array().parse(found).filter((table) => !(nameOf(table) in LEFT_OUT));
  if (!tables.some((table) => nameOf(table) === "public.agents")) {
    throw new BackupError("This database holds no Cloister: apply the migrations first.");
  }
  return inOrder(tables, await readArrows(sql));
}

async function readArrows(sql: TransactionSql): Promise<z.infer<typeof Arrow>[]> {
  return Arrow.array().parse(
    await sql`
      select cn.nspname || '.' || c.relname as child, pn.nspname || '.' || p.relname as parent
      from pg_constraint as f
      join pg_class as c on c.oid = f.conrelid
      join pg_namespace as cn on cn.oid = c.relnamespace
      join pg_class as p on p.oid = f.confrelid
      join pg_namespace as pn on pn.oid = p.relnamespace
      where f.contype = 'f' and f.conparentid = 0 and f.conrelid <> f.confrelid
    `,
  );
}

/** Parents first, so that every foreign key holds at the moment in which its rows come. */
function inOrder(tables: readonly Table[], arrows: readonly z.infer<typeof Arrow>[]): Table[] {
  const waiting = new Map(tables.map((table) => [nameOf(table), table]));
  const ordered: Table[] = [];
  while (waiting.size > 0) {
    const free = [...waiting].filter(([name]) =>
      !arrows.some(({ child, parent }) => child === name && waiting.has(parent))
    );
    if (free.length === 0) {
      throw new BackupError(`Tables refer to each other: ${[...waiting.keys()].join(", ")}.`);
    }
    for (const [name, table] of free) {
      ordered.push(table);
      waiting.delete(name);
    }
  }
  return ordered;
}

/** Where the sequences of `public` and `app` stand. */
export async function readSequences(sql: TransactionSql): Promise<Sequence[]> {
  const names = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind = 'S' and c.relpersistence = 'p' and n.nspname in ('public', 'app')
      and not exists (select from pg_depend as d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by 1, 2
  `;
  return Sequence.array().parse(
    await Promise.all(names.map(async ({ schema, name }) => {
      const [state] = await sql`
        select last_value::text as last, is_called as called from ${sql(schema)}.${sql(name)}
      `;
      return { schema, name, ...state };
    })),
  );
}

/** The chapters that were applied, as the Supabase CLI and the local stack record them. */
export async function readChapters(sql: TransactionSql): Promise<string[]> {
  const [history] = await sql<{ there: boolean }[]>`
    select to_regclass('supabase_migrations.schema_migrations') is not null as there
  `;
  if (history?.there !== true) return [];
  const rows = await sql<{ version: string }[]>`
    select version from supabase_migrations.schema_migrations order by version
  `;
  return rows.map(({ version }) => version);
}

/** The last entry of the audit log. */
export async function readHead(sql: TransactionSql): Promise<{ seq: string; hash: string }> {
  const [head] = await sql`select seq::text, hash from app.audit_head`;
  return z.strictObject({ seq: z.string(), hash: z.string() }).parse(head);
}
