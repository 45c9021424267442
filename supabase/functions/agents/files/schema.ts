import * as z from "zod";
import { PageQuery } from "../../_shared/schema.ts";
import { FileEntryRow, FilePath, FilePrefix } from "../../_shared/workspace/schema.ts";
import { ByName } from "../agents/schema.ts";

/** The path parameters that name one file of one of the caller's agents. */
export const ByPath = ByName.extend({ path: FilePath });

/** Which files to list. */
export const FileQuery = PageQuery.extend({ prefix: FilePrefix.default("") });
export type FileQuery = z.infer<typeof FileQuery>;

const Content = z.object({ content: z.string().nullable(), object_id: z.uuid().nullable() });

/** A file with its content, or with where that lies. */
export const KeptFileRow = z.unknown().transform((row) => ({
  ...FileEntryRow.parse(row),
  ...Content.parse(row),
}));
export type KeptFile = z.infer<typeof KeptFileRow>;
