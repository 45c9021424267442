import * as z from "zod";
import { text, Timestamp } from "../schema.ts";
import { checkPath, checkPrefix, SCRATCH } from "./path.ts";
import { FileRefusal } from "./refusal.ts";

const MAX_PATH_CHARS = 1_024;

/** Adds what `check` refuses about a text to what is wrong with the request. */
function passing(check: (text: string) => void) {
  return (value: string, ctx: z.core.$RefinementCtx<string>): void => {
    try {
      check(value);
    } catch (err) {
      if (!(err instanceof FileRefusal)) throw err;
      ctx.addIssue({ code: "custom", message: err.message });
    }
  };
}

/** The path of an agent's file. Scratch areas are of runs, and no user reaches into one. */
export const FilePath = text(MAX_PATH_CHARS).min(1).superRefine(passing(checkPath))
  .refine((path) => !path.startsWith(SCRATCH), "scratch/ is of runs, as long as they run");

/** What paths begin with. */
export const FilePrefix = text(MAX_PATH_CHARS).superRefine(passing(checkPrefix));

/** A file as the wire has it. */
export const FileEntry = z.object({
  path: z.string().max(MAX_PATH_CHARS),
  size: z.int().min(0),
  type: z.string().max(110),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  modified_at: Timestamp,
}).meta({ id: "File" });
export type FileEntry = z.infer<typeof FileEntry>;

/** What a row must be for us to serve it. */
export const FileEntryRow = FileEntry.omit({ size: true }).extend({ bytes: z.int().min(0) })
  .transform(({ bytes, ...rest }): FileEntry => ({ ...rest, size: bytes }));
