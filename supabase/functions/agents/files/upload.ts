import type { Caller } from "../../_shared/auth/caller.ts";
import { Fault, type FaultCode } from "../../_shared/fault.ts";
import type { Log } from "../../_shared/log.ts";
import type { Service } from "../../_shared/service.ts";
import type { Keeping } from "../../_shared/workspace/keeping.ts";
import { type FileFlaw, FileRefusal } from "../../_shared/workspace/refusal.ts";
import type { FileEntry } from "../../_shared/workspace/schema.ts";
import { announceObject, putFile } from "./repo.ts";

const BY_FLAW: Record<FileFlaw, FaultCode> = {
  path_invalid: "invalid_request",
  type_denied: "file_refused",
  infected: "file_infected",
  scanner_unavailable: "scanner_unavailable",
  storage_unavailable: "storage_unavailable",
};

/** A file that a caller sends. */
export interface Upload {
  agent: string;
  path: string;
  bytes: Uint8Array;
  /** SHA-256 of what the file must hold now, or "" where there must be none. */
  expected: string | undefined;
}

/** What an upload takes: who sends it, what looks at it, and where it goes. */
export interface Uploading {
  caller: Caller;
  service: Service;
  keeping: Keeping;
  log: Log;
  signal: AbortSignal;
}

/** Looks at a content, keeps it, and says what is kept. */
export function upload(
  { bytes, ...file }: Upload,
  { caller, service, keeping, log, signal }: Uploading,
): Promise<FileEntry> {
  return told(async () => {
    const type = await keeping.examine(file.path, bytes, signal);
    const packed = await keeping.pack(bytes, (size) => announceObject(service, caller, size));
    try {
      const written = await putFile(service, caller, { ...packed, ...file, type });
      keeping.tidy(service, log);
      return written;
    } catch (err) {
      await keeping.discard([packed], service, log);
      throw err;
    }
  });
}

/** Does something with files; what they are refused for is what the caller is told. */
export async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof FileRefusal)) throw cause;
    throw new Fault(BY_FLAW[cause.flaw], cause.message, { cause });
  }
}
