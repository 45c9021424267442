import { Buffer } from "node:buffer";
import type { Sql, TransactionSql } from "postgres";
import { encode, pack, type Part } from "./archive.ts";
import { readChapters, readHead, readSequences, readTables } from "./catalog.ts";
import { copyFrom } from "./copy.ts";
import { FIRST, type Header, nameOf, type Table, VERSION } from "./format.ts";
import { type Key, lock } from "./lock.ts";
import { type Objects, readObjects } from "./objects.ts";

/** What was backed up. */
export interface Dumped {
  header: Header;
  rows: Record<string, number>;
  missingObjects: string[];
}

/** How a database is backed up. */
export interface DumpOptions {
  key: Key;
  /** Where large contents of files lie, if anywhere. */
  objects?: Objects | undefined;
  /** Takes the backup, which never exists anywhere but encrypted. */
  write(backup: ReadableStream<Uint8Array>): Promise<void>;
}

/** As much of a table as lies in memory at once. */
const CHUNK = 4 * 1024 * 1024;
const NEWLINE = 10;

/** Text that any version reads back as the same values. Rows hidden from us are an error, not a gap. */
export const SPELLING = `
  set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local timezone = 'UTC';
  set local extra_float_digits = 1; set local bytea_output = 'hex'; set local row_security = off;
  set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
  set local search_path = ''`;

/** Backs a whole database up, as it was at one moment, while others go on writing to it. */
export async function dump(sql: Sql, { key, objects, write }: DumpOptions): Promise<Dumped> {
  return await sql.begin("isolation level repeatable read read only", async (tx) => {
    await tx.unsafe(SPELLING);
    const header = await readHeader(tx);
    const rows: Record<string, number> = {};
    const missingObjects: string[] = [];
    const parts = async function* (): AsyncGenerator<Part> {
      yield { name: FIRST, bytes: encode(header) };
      for (const table of header.tables) rows[nameOf(table)] = yield* readTable(tx, table);
      if (objects !== undefined) yield* readObjects(tx, objects, missingObjects);
    };
    const archive = pack(parts(), () => ({ rows, missing_objects: missingObjects }));
    await write(await lock(key, archive));
    return { header, rows, missingObjects };
  });
}

async function readHeader(tx: TransactionSql): Promise<Header> {
  const [facts] = await tx<{ postgres: number }[]>`
    select current_setting('server_version_num')::int as postgres
  `;
  return {
    format: "cloister-backup",
    version: VERSION,
    made_at: new Date().toISOString(),
    postgres: facts?.postgres ?? 0,
    chapters: await readChapters(tx),
    tables: await readTables(tx),
    sequences: await readSequences(tx),
    audit: await readHead(tx),
  };
}

/** A table's rows in Postgres' own text format, cut anywhere, and how many there were. */
async function* readTable(tx: TransactionSql, table: Table): AsyncGenerator<Part, number> {
  const name = nameOf(table);
  let rows = 0;
  let number = 0;
  let pieces: Uint8Array[] = [];
  let size = 0;
  const part = () => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    size = 0;
    return { name: `tables/${name}/${String(++number).padStart(6, "0")}`, bytes };
  };
  const from = `select ${columnsOf(table)} from ${quote(table.schema)}.${quote(table.name)}`;
  for await (const piece of copyFrom(tx, `(${from})`)) {
    rows += countRows(piece);
    // The piece is the connection's own buffer, which it goes on filling.
    pieces.push(Uint8Array.from(piece));
    size += piece.length;
    if (size >= CHUNK) yield part();
  }
  if (size > 0) yield part();
  return rows;
}

/** Rows end with the only line breaks that the format leaves as they are. */
function countRows(piece: Uint8Array): number {
  let count = 0;
  for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** A table's columns as SQL names them. */
export function columnsOf(table: Table): string {
  return table.columns.map(({ name }) => quote(name)).join(", ");
}

/** A name as SQL takes it, whatever it holds. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
