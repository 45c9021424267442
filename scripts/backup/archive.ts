/**
 * The archive inside the lock: a tar of small entries, each at most a few megabytes, so that neither
 * side ever holds a table in memory. The last entry is the manifest, with the SHA-256 of all others.
 */
import { createTarDecoder, createTarPacker } from "modern-tar";
import {
  BackupError,
  type Entry,
  FIRST,
  type Header,
  LAST,
  type Manifest,
  parseHeader,
  parseManifest,
} from "./format.ts";

/** One file of the archive. */
export interface Part {
  name: string;
  bytes: Uint8Array;
}

/** Longer than any entry that is written here: what claims more is not ours. */
const MOST = 64 * 1024 * 1024;

/**
 * Packs parts as they come, and after them the manifest, of which `rest` gives what the parts do not
 * say. Parts are asked for only as fast as the archive is read.
 */
export function pack(
  parts: AsyncIterable<Part>,
  rest: () => Omit<Manifest, "entries">,
): ReadableStream<Uint8Array> {
  const { readable, controller } = createTarPacker();
  const entries: Entry[] = [];
  const add = async ({ name, bytes }: Part) => {
    const writer = controller.add({ name, size: bytes.length, mtime: new Date(0) }).getWriter();
    await writer.write(bytes);
    await writer.close();
  };
  const work = async () => {
    for await (const part of parts) {
      entries.push(await entryOf(part));
      await add(part);
    }
    await add({ name: LAST, bytes: encode({ entries, ...rest() }) });
    controller.finalize();
  };
  work().catch((error) => controller.error(error));
  return readable;
}

/** What a reader of an archive does with it, in this order. */
export interface Reader {
  header(header: Header): Promise<void>;
  part(part: Part): Promise<void>;
}

/**
 * Reads an archive to its end and answers its manifest, after every entry was found as it was
 * written: none missing, none changed, none added. Throws a {@link BackupError} that says what is
 * wrong, perhaps after parts were read.
 */
export async function unpack(
  archive: ReadableStream<Uint8Array>,
  reader: Reader,
): Promise<Manifest> {
  const found: Entry[] = [];
  let manifest: Manifest | undefined;
  for await (const part of partsOf(archive)) {
    if (manifest !== undefined) throw new BackupError(`The backup goes on after its ${LAST}.`);
    if (found.length === 0 && part.name !== FIRST) {
      throw new BackupError(`The backup does not begin with ${FIRST}: this is none of Cloister's.`);
    }
    if (part.name === LAST) manifest = parseManifest(part.bytes);
    else {
      await (found.length === 0 ? reader.header(parseHeader(part.bytes)) : reader.part(part));
      found.push(await entryOf(part));
    }
  }
  if (manifest === undefined) throw new BackupError(`The backup was cut off: ${LAST} is missing.`);
  compare(manifest.entries, found);
  return manifest;
}

async function* partsOf(archive: ReadableStream<Uint8Array>): AsyncGenerator<Part> {
  try {
    for await (const { header, body } of archive.pipeThrough(createTarDecoder({ strict: true }))) {
      if (header.size > MOST) throw new BackupError(`The entry ${header.name} is too large.`);
      yield { name: header.name, bytes: new Uint8Array(await new Response(body).arrayBuffer()) };
    }
  } catch (cause) {
    if (cause instanceof BackupError) throw cause;
    throw new BackupError(
      "This opens, but is no whole backup of a project: it was cut off, or is something else, as an " +
        "export of one person, which is not restored.",
      { cause },
    );
  }
}

function compare(written: readonly Entry[], found: readonly Entry[]): void {
  for (const [index, entry] of written.entries()) {
    const other = found[index];
    if (other?.name !== entry.name) throw new BackupError(`The entry ${entry.name} is missing.`);
    if (other.bytes !== entry.bytes || other.sha256 !== entry.sha256) {
      throw new BackupError(`The entry ${entry.name} is not as it was written.`);
    }
  }
  const added = found[written.length];
  if (added !== undefined) throw new BackupError(`The entry ${added.name} was added.`);
}

/** JSON as an entry holds it. */
export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function entryOf({ name, bytes }: Part): Promise<Entry> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice()));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { name, bytes: bytes.length, sha256 };
}
