import postgres, { type Sql, type TransactionSql } from "postgres";
import { type Part, unpack } from "./archive.ts";
import { readHead } from "./catalog.ts";
import { type Copy, copyInto } from "./copy.ts";
import { columnsOf, quote, SPELLING } from "./dump.ts";
import { Fingerprint } from "./file.ts";
import { BackupError, type Header, type Manifest, nameOf, type Table } from "./format.ts";
import { type Key, unlock } from "./lock.ts";
import { type Objects, Restorer } from "./objects.ts";
import { asReplica, clear, findTriggers, finish, refuseUnfit, silence, wake } from "./target.ts";

/** What was restored. */
export interface Loaded {
  header: Header;
  manifest: Manifest;
  /** Of the file as it lies there, in hex. */
  sha256: string;
}

/** How a backup is restored. */
export interface LoadOptions {
  key: Key;
  /** Where large contents of files are to lie, if anywhere. */
  objects?: Objects | undefined;
  /** Reads the backup, still locked, from its beginning. */
  open(): Promise<ReadableStream<Uint8Array>>;
  /** The SHA-256 that the file must have, in hex: what a recipient locks, anybody can have made. */
  expected?: string | undefined;
}

/**
 * Reads a backup to its end without a database, and answers what it is of. Throws a
 * {@link BackupError} unless it is whole, and the one that is expected.
 */
export async function inspect(
  { key, open, expected }: Omit<LoadOptions, "objects">,
): Promise<Loaded> {
  let found: Header | undefined;
  const print = new Fingerprint();
  const manifest = await unpack(await unlock(key, (await open()).pipeThrough(print.through())), {
    header: (header) => Promise.resolve(void (found = header)),
    part: () => Promise.resolve(),
  });
  if (found === undefined) throw new BackupError("The backup is empty.");
  const { sha256 } = print;
  if (expected !== undefined && expected !== sha256) {
    throw new BackupError(
      `This is another backup than the one expected: its SHA-256 is ${sha256}.`,
    );
  }
  return { header: found, manifest, sha256 };
}

/**
 * Restores a whole backup into a database where nobody has been yet, or changes nothing. It is read
 * twice: once to see that it is whole, and then into one transaction, which is committed only after
 * every count, the foreign keys and the chain of the audit log hold. Throws a {@link BackupError} that
 * says what is wrong.
 */
export async function load(
  sql: Sql,
  { key, objects, open, expected }: LoadOptions,
): Promise<Loaded> {
  const { sha256 } = await inspect({ key, open, expected });
  await using storage = new Restorer(objects);
  const print = new Fingerprint();
  const archive = await unlock(key, (await open()).pipeThrough(print.through()));
  const loaded = await sql.begin(async (tx) => {
    await tx.unsafe(SPELLING);
    const work = new Loading(tx, storage);
    const manifest = await work.read(archive);
    if (print.sha256 !== sha256) throw new BackupError("The backup changed while it was read.");
    return { header: work.header, manifest, sha256 };
  }).catch((error) => {
    if (!(error instanceof postgres.PostgresError)) throw error;
    throw new BackupError(`Postgres refuses it: ${error.message} (${error.code}).`, {
      cause: error,
    });
  });
  storage.keep();
  return loaded;
}

/** One restore under way: tables come in the header's order, each in any number of parts. */
class Loading {
  #header: Header | undefined;
  #silenced: readonly string[] = [];
  #open: { table: Table; copy: Copy } | undefined;
  #next = 0;

  constructor(readonly tx: TransactionSql, readonly storage: Restorer) {}

  get header(): Header {
    if (this.#header === undefined) throw new BackupError("The backup is empty.");
    return this.#header;
  }

  async read(archive: ReadableStream<Uint8Array>): Promise<Manifest> {
    try {
      const manifest = await unpack(archive, {
        header: (header) => this.#begin(header),
        part: (part) => this.#take(part),
      });
      await this.#close();
      await finish(this.tx, this.header, manifest);
      await wake(this.tx, this.#silenced);
      await compareHead(this.tx, this.header);
      return manifest;
    } catch (error) {
      this.#open?.copy.fail();
      throw error;
    }
  }

  async #begin(header: Header): Promise<void> {
    await refuseUnfit(this.tx, header);
    this.#header = header;
    this.#silenced = await findTriggers(this.tx);
    await silence(this.tx, this.#silenced);
    await clear(this.tx, header);
  }

  async #take(part: Part): Promise<void> {
    if (Restorer.reads(part)) return await this.storage.put(part);
    const [, name] = /^tables\/([^/]+)\/\d{6,}$/.exec(part.name) ?? [];
    if (this.#open === undefined || nameOf(this.#open.table) !== name) await this.#turnTo(name);
    await this.#open?.copy.write(part.bytes);
  }

  async #turnTo(name: string | undefined): Promise<void> {
    await this.#close();
    const { tables } = this.header;
    const at = tables.findIndex((table, index) => index >= this.#next && nameOf(table) === name);
    const table = tables[at];
    if (table === undefined) throw new BackupError(`There is data of ${name}, out of order.`);
    this.#next = at + 1;
    await asReplica(this.tx, table.schema === "auth");
    const into = `${quote(table.schema)}.${quote(table.name)} (${columnsOf(table)})`;
    this.#open = { table, copy: await copyInto(this.tx, into) };
  }

  async #close(): Promise<void> {
    const copy = this.#open?.copy;
    this.#open = undefined;
    await copy?.end();
  }
}

async function compareHead(tx: TransactionSql, { audit }: Header): Promise<void> {
  const { seq, hash } = await readHead(tx);
  if (seq === audit.seq && hash === audit.hash) return;
  throw new BackupError("The audit log does not end where the backup says.");
}
