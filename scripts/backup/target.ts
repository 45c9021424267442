/** What a restore does to the database that it fills, before and after the data comes. */
import type { TransactionSql } from "postgres";
import * as z from "zod";
import { LEFT_OUT, readChapters, readSequences, readTables } from "./catalog.ts";
import { quote } from "./dump.ts";
import { BackupError, type Header, type Manifest, nameOf, type Table } from "./format.ts";

const Verdict = z.object({
  ok: z.boolean(),
  problem: z.string().nullable(),
  at_seq: z.number().nullable(),
});
/** What a database has after its migrations where nobody has been: no account, nothing done. */
const NOBODY = "a restore goes into a new stack alone, and this one was used";

/** Refuses a target with other chapters, other tables, or anybody in it. Locks it for ourselves. */
export async function refuseUnfit(tx: TransactionSql, header: Header): Promise<void> {
  const here = await readChapters(tx);
  const missing = header.chapters.filter((chapter) => !here.includes(chapter));
  const added = here.filter((chapter) => !header.chapters.includes(chapter));
  if (missing.length > 0 || added.length > 0) {
    throw new BackupError(
      "The target has other chapters than the backup: " +
        [list("it lacks", missing), list("it adds", added)].filter(Boolean).join("; ") +
        ". Apply the migrations of the Cloister that made the backup, restore, and migrate then.",
    );
  }
  compareTables(header.tables, await readTables(tx));
  const sequences = (await readSequences(tx)).map(nameOf);
  const foreign = header.sequences.map(nameOf).find((name) => !sequences.includes(name));
  if (foreign !== undefined) throw new BackupError(`The target has no sequence ${foreign}.`);
  await tx`lock table auth.users, app.audit_head in share row exclusive mode`;
  const [used] = await tx<{ users: boolean; audited: boolean }[]>`
    select exists (select from auth.users) as users,
      exists (select from public.audit_log) or (select seq > 0 from app.audit_head) as audited
  `;
  if (used?.users) throw new BackupError(`The target has users: ${NOBODY}.`);
  if (used?.audited) throw new BackupError(`The target has an audit log: ${NOBODY}.`);
}

function list(what: string, chapters: readonly string[]): string {
  return chapters.length === 0 ? "" : `${what} ${chapters.join(", ")}`;
}

function compareTables(wanted: readonly Table[], here: readonly Table[]): void {
  const known = new Map(here.map((table) => [nameOf(table), table.columns]));
  for (const table of wanted) {
    const columns = known.get(nameOf(table));
    if (columns === undefined) throw new BackupError(`The target has no table ${nameOf(table)}.`);
    for (const { name, type } of table.columns) {
      if (columns.some((column) => column.name === name && column.type === type)) continue;
      throw new BackupError(
        `In the target ${nameOf(table)} has no column ${name} of type ${type}.`,
      );
    }
  }
}

/** The triggers of our tables that fire now, each as SQL that follows `alter table`. */
export async function findTriggers(tx: TransactionSql): Promise<string[]> {
  const found = await tx<{ table: string; trigger: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as table, quote_ident(t.tgname) as trigger
    from pg_trigger as t
    join pg_class as c on c.oid = t.tgrelid
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'app') and not t.tgisinternal and t.tgenabled = 'O'
  `;
  return found.map(({ table, trigger }) => `${table} % trigger ${trigger}`);
}

/** The data tells of what triggers did then: none of it is done again. Taken back with the rest. */
export async function silence(tx: TransactionSql, triggers: readonly string[]): Promise<void> {
  await alter(tx, triggers, "disable");
}

/** Lets the triggers fire again, after what deferred constraints have to say. */
export async function wake(tx: TransactionSql, triggers: readonly string[]): Promise<void> {
  await tx`set constraints all immediate`;
  await alter(tx, triggers, "enable");
}

async function alter(tx: TransactionSql, triggers: readonly string[], how: string): Promise<void> {
  const statements = triggers.map((trigger) => `alter table ${trigger.replace("%", how)}`);
  await tx.unsafe(statements.join(";\n"));
}

/** What the chapters filled, and what a stack that nobody used has noted, gives way to the backup. */
export async function clear(tx: TransactionSql, { tables }: Header): Promise<void> {
  const statements = tables.toReversed().map(({ schema, name }) =>
    `delete from ${quote(schema)}.${quote(name)}`
  );
  await tx.unsafe(statements.join(";\n"));
}

/**
 * A project's own triggers on Auth's tables, which are not ours to switch off, must not make rows that
 * the backup holds. Where the role may not say so there are none that matter: our own stack.
 */
export async function asReplica(tx: TransactionSql, on: boolean): Promise<void> {
  const value = on ? "replica" : "origin";
  const [now] = await tx<{ value: string }[]>`
    select current_setting('session_replication_role') as value
  `;
  if (now?.value === value) return;
  await tx.savepoint((point) => point.unsafe(`set local session_replication_role = ${value}`))
    .catch(() => {});
}

/** Sets sequences, counts, checks the audit chain, and queues again what was queued. */
export async function finish(
  tx: TransactionSql,
  header: Header,
  { rows }: Manifest,
): Promise<void> {
  for (const { schema, name, last, called } of header.sequences) {
    await tx`select setval(${`${quote(schema)}.${
      quote(name)
    }`}::regclass, ${last}::bigint, ${called})`;
  }
  for (const table of header.tables) {
    const [found] = await tx.unsafe(
      `select count(*)::bigint as count from ${quote(table.schema)}.${quote(table.name)}`,
    );
    if (Number(found?.count) !== rows[nameOf(table)]) {
      throw new BackupError(
        `${nameOf(table)} has ${found?.count} rows, and the backup says ${rows[nameOf(table)]}.`,
      );
    }
  }
  const [chain] = await tx`select app.check_audit_chain() as verdict`;
  const { ok, problem, at_seq } = Verdict.parse(chain?.verdict);
  if (!ok) throw new BackupError(`The audit chain is broken: ${problem} at entry ${at_seq}.`);
  await queueAgain(tx);
}

/** The queue follows from the runs, whatever keeps it here. */
async function queueAgain(tx: TransactionSql): Promise<void> {
  const [queue] = await tx<{ there: boolean }[]>`
    select exists (
      select from pg_proc where pronamespace = 'app'::regnamespace and proname = 'queue_put'
    ) as there
  `;
  if (queue?.there !== true || !("app.run_queue" in LEFT_OUT)) return;
  await tx`
    select app.queue_put(r.id, r.owner_id, clock_timestamp())
    from public.runs as r where r.status = 'queued' order by r.id
  `;
}
