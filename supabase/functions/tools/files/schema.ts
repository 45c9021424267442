import * as z from "zod";
import { Timestamp } from "../../_shared/schema.ts";

/** A path is checked where files are: here it only is a text of a length that can be one. */
const Path = z.string().max(4_096);
const Encoding = z.enum(["utf8", "base64"]).default("utf8");
const Text = z.string().refine((text) => text.isWellFormed(), "must be well-formed Unicode");
const Offset = z.int().min(0);

/** Which file, or which part of it in bytes, and as what. */
export const ReadArgs = z.strictObject({
  path: Path,
  encoding: Encoding,
  offset: Offset.default(0),
  length: Offset.optional(),
});

/** What to write: text, or bytes in base64. */
export const WriteArgs = z.union([
  z.strictObject({ path: Path, text: Text }),
  z.strictObject({ path: Path, base64: z.base64() }),
], "path and either text or base64 are needed");

/** Which file. */
export const PathArgs = z.strictObject({ path: Path });

/** Which files: those whose path begins so, after a path. */
export const ListArgs = z.strictObject({
  prefix: Path.default(""),
  after: Path.default(""),
  limit: z.int().min(1).max(1_000).default(1_000),
});

const Entry = z.object({
  path: z.string(),
  bytes: z.int(),
  type: z.string(),
  sha256: z.string(),
  modified_at: Timestamp,
});

/** A row of the database as the workspace tells of it. */
export const EntryRow = Entry.transform(({ bytes, modified_at, ...rest }) => ({
  ...rest,
  size: bytes,
  modifiedAt: modified_at,
}));

/** The same with its content in base64, or the id of where that lies. */
export const KeptRow = Entry.extend({
  content: z.string().nullable(),
  object_id: z.uuid().nullable(),
}).transform(({ bytes, modified_at, ...rest }) => ({
  ...rest,
  size: bytes,
  modifiedAt: modified_at,
}));
