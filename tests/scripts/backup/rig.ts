import { generateX25519Identity, identityToRecipient } from "age-encryption";
import postgres, { type Sql } from "postgres";
import { pack, type Part } from "../../../scripts/backup/archive.ts";
import { dump } from "../../../scripts/backup/dump.ts";
import { load } from "../../../scripts/backup/load.ts";
import { type Key, lock, unlock } from "../../../scripts/backup/lock.ts";
import type { Objects } from "../../../scripts/backup/objects.ts";
import { createScratch, OWNER, type Scratch } from "../../../scripts/database/scratch.ts";

/** A scratch database, and connections as the role that owns its schema: no superuser restores. */
export interface Place extends AsyncDisposable {
  scratch: Scratch;
  sql: Sql;
}

/** A database with the chapters applied where nobody has been. */
export async function newPlace(adminUrl: string): Promise<Place> {
  const scratch = await createScratch(adminUrl);
  const sql = postgres(scratch.url, { max: 1, onnotice: () => {}, connection: { role: OWNER } });
  return {
    scratch,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 1 });
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** A key pair: locking with a passphrase takes as long as it should, and is tested once. */
export async function newKey(): Promise<{ recipient: string; identity: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** Backs up into memory. */
export async function backUp(sql: Sql, key: Key, objects?: Objects) {
  let bytes = new Uint8Array();
  const write = async (stream: ReadableStream<Uint8Array>) => {
    bytes = await readAll(stream);
  };
  const dumped = await dump(sql, { key, objects, write });
  return { bytes, dumped };
}

/** Restores from memory, in pieces of an odd size. */
export function restore(sql: Sql, key: Key, bytes: Uint8Array, objects?: Objects) {
  return load(sql, { key, objects, open: () => Promise.resolve(inPieces(bytes)) });
}

/** The archive inside a backup. */
export async function open(key: Key, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return await readAll(await unlock(key, inPieces(bytes)));
}

/** A backup around an archive. */
export async function close(key: Key, archive: Uint8Array): Promise<Uint8Array> {
  return await readAll(await lock(key, inPieces(archive)));
}

/** A stream of pieces that fit no border of the format. */
export function inPieces(bytes: Uint8Array, size = 70_001): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += size));
    },
  });
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Where each entry of a tar begins, and where its end mark does. */
export function bordersOf(archive: Uint8Array): { name: string; at: number; size: number }[] {
  const borders = [];
  const text = (at: number, length: number) =>
    new TextDecoder().decode(archive.subarray(at, at + length)).replace(/\0.*$/s, "");
  let at = 0;
  while (text(at, 100) !== "") {
    const size = Number.parseInt(text(at + 124, 12), 8);
    borders.push({ name: text(at, 100), at, size });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return [...borders, { name: "", at, size: 0 }];
}

/** What lies in a database: a digest of every table. */
export async function digest(sql: Sql): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'app', 'auth') and c.relkind in ('r', 'p') order by 1
  `;
  const query = tables.map(({ name }) =>
    `select '${name}' as name, md5(coalesce(string_agg(t::text, '' order by t::text), '')) as digest
      from ${name} as t`
  ).join(" union all ");
  const rows = await sql.unsafe<{ name: string; digest: string }[]>(query);
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** What opens a backup in a test. */
export type TestKey = Parameters<typeof unlock>[0];

/** Writes another size into a tar's head, and the sum that goes with it. */
export function setSize(head: Uint8Array, size: number): void {
  const put = (at: number, text: string) => head.set(new TextEncoder().encode(text), at);
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(148, " ".repeat(8));
  const sum = head.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
}

/** JSON with other members. */
export function edit(json: Uint8Array, members: Record<string, unknown>): Uint8Array<ArrayBuffer> {
  const value = JSON.parse(new TextDecoder().decode(json));
  return new TextEncoder().encode(JSON.stringify({ ...value, ...members }));
}

/** The archive with other entries, and a manifest that says so: what only a key's holder can make. */
export async function repacked(
  archive: Uint8Array<ArrayBuffer>,
  change: (part: Part) => Part,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Part[] = bordersOf(archive).filter(({ name }) => name !== "")
    .map(({ name, at, size }) => ({ name, bytes: archive.slice(at + 512, at + 512 + size) }));
  const manifest = parts.pop();
  const { rows, missing_objects } = JSON.parse(new TextDecoder().decode(manifest?.bytes));
  const changed = async function* () {
    for (const part of parts) yield await Promise.resolve(change(part));
  };
  return await readAll(pack(changed(), () => ({ rows, missing_objects })));
}
