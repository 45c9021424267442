import * as z from "zod";

/** What is wrong with a backup, a key or a target, in a sentence for whoever asked for it. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

/** The version of the format that is written here, and the newest that is read. */
export const VERSION = 1;

/** The first entry of a backup, and the last one: an archive without it was cut off. */
export const FIRST = "cloister.json";
/** See {@link FIRST}. */
export const LAST = "manifest.json";

/** A column as two databases have to agree on it. */
const Column = z.strictObject({ name: z.string(), type: z.string() });

/** A table as it was: its columns in the order of the data. */
export const Table = z.strictObject({
  schema: z.string(),
  name: z.string(),
  columns: Column.array(),
});
export type Table = z.infer<typeof Table>;

/** Where a sequence stood. */
export const Sequence = z.strictObject({
  schema: z.string(),
  name: z.string(),
  last: z.string(),
  called: z.boolean(),
});
export type Sequence = z.infer<typeof Sequence>;

/** What any version of the format begins with: enough to refuse a newer one by name. */
const Opening = z.looseObject({
  format: z.literal("cloister-backup"),
  version: z.int().positive(),
});

/** What a backup is of. Tables are in the order in which they can be filled. */
export const Header = Opening.extend({
  version: z.literal(VERSION),
  made_at: z.iso.datetime(),
  postgres: z.int(),
  chapters: z.string().array(),
  tables: Table.array(),
  sequences: Sequence.array(),
  audit: z.strictObject({ seq: z.string(), hash: z.string() }),
}).strict();
export type Header = z.infer<typeof Header>;

/** One entry of the archive, as it has to be found again. */
const Entry = z.strictObject({
  name: z.string(),
  bytes: z.int().min(0),
  sha256: z.string(),
});
export type Entry = z.infer<typeof Entry>;

/** What the whole archive held, and how many rows each table. */
export const Manifest = z.strictObject({
  entries: Entry.array(),
  rows: z.record(z.string(), z.int().min(0)),
  /** Contents that were gone from Storage when they were to be read. */
  missing_objects: z.string().array(),
});
export type Manifest = z.infer<typeof Manifest>;

/** Reads the first entry, or says why this is nothing to restore from. */
export function parseHeader(bytes: Uint8Array): Header {
  const json = parseJson(bytes);
  const opening = Opening.safeParse(json);
  if (!opening.success) throw new BackupError("This is no backup of Cloister.");
  if (opening.data.version > VERSION) {
    throw new BackupError(
      `The backup has format ${opening.data.version}, which is newer than this Cloister knows` +
        ` (${VERSION}). Restore it with the Cloister that made it, or a newer one.`,
    );
  }
  const header = Header.safeParse(json);
  if (header.success) return header.data;
  throw new BackupError(`The backup's ${FIRST} is malformed:\n${z.prettifyError(header.error)}`);
}

/** Reads the last entry. */
export function parseManifest(bytes: Uint8Array): Manifest {
  const manifest = Manifest.safeParse(parseJson(bytes));
  if (manifest.success) return manifest.data;
  throw new BackupError(`The backup's ${LAST} is malformed:\n${z.prettifyError(manifest.error)}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** A table's name as the archive and SQL spell it. */
export function nameOf({ schema, name }: Pick<Table, "schema" | "name">): string {
  return `${schema}.${name}`;
}
