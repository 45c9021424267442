import * as z from "zod";
import type { ScannerAddress } from "./workspace/scanner.ts";

/** `host:port`, as `clamd` listens with `TCPSocket`. */
const Address = z.string().regex(/^(?:[\w.-]{1,253}|\[[0-9a-f:]{2,45}\]):\d{1,5}$/i)
  .transform((text): ScannerAddress => {
    const at = text.lastIndexOf(":");
    return {
      hostname: text.slice(0, at).replace(/^\[|\]$/g, ""),
      port: Number(text.slice(at + 1)),
    };
  })
  .refine(({ port }) => port >= 1 && port <= 65_535, "must be host:port");

/** The variables of what is beside the database for files. */
export const FILE_VARIABLES = {
  CLOISTER_CLAMD: Address.optional(),
  CLOISTER_STORAGE_BUCKET: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/).optional(),
};

const Variables = z.object(FILE_VARIABLES);

/** What keeps and looks at files beside Postgres; undefined where nothing is configured. */
export interface FileSettings {
  scanner: ScannerAddress | undefined;
  /** A private bucket for large files. */
  bucket: string | undefined;
}

/** The settings that the variables stand for. */
export function filesOf(vars: z.output<typeof Variables>): FileSettings {
  return { scanner: vars.CLOISTER_CLAMD, bucket: vars.CLOISTER_STORAGE_BUCKET };
}
