import * as z from "zod";
import { rows } from "../../_shared/db.ts";
import type { Service } from "../../_shared/service.ts";
import type { Packed } from "../../_shared/workspace/keeping.ts";
import type { FileInfo } from "../../_shared/workspace/workspace.ts";
import { EntryRow, KeptRow } from "./schema.ts";

/** A file on its way to the database. */
export type Sent = Packed & {
  path: string;
  type: string;
  /** SHA-256 of what the file must hold now, "" where there must be none; else it does not matter. */
  expected?: string;
};

/** What one transaction does to a run's files. */
export interface Batch {
  run: string;
  files: Sent[];
  removed: readonly string[];
  maxBytes: number;
  maxFiles: number;
}

/** A file with its content, or with where that lies; neither once the answer is full. */
export type KeptFile = FileInfo & { content: string | null; object_id: string | null };

/** Whose files are read, and which of them. */
export interface Stretch {
  run: string;
  prefix: string;
  after: string;
  howMany: number;
}

/** Writes and removes files, all or none. */
export async function writeFiles(service: Service, batch: Batch): Promise<FileInfo[]> {
  const reply = await service("write_run_files", {
    run_id: batch.run,
    files: batch.files,
    removed: [...batch.removed],
    max_bytes: batch.maxBytes,
    max_files: batch.maxFiles,
  });
  return EntryRow.array().parse(rows(reply));
}

/** The files that the run sees, in the order of their paths. */
export async function listFiles(service: Service, stretch: Stretch): Promise<FileInfo[]> {
  const { run, prefix, after, howMany } = stretch;
  const args = { run_id: run, prefix, after, how_many: howMany };
  return EntryRow.array().parse(rows(await service("list_run_files", args)));
}

/** Those of the files named that are there. */
export async function readFiles(
  service: Service,
  run: string,
  paths: readonly string[],
): Promise<KeptFile[]> {
  const reply = await service("read_run_files", { run_id: run, paths: [...paths] });
  return KeptRow.array().parse(rows(reply));
}

/** Removes a file, or `not_found`. */
export async function removeFile(service: Service, run: string, path: string): Promise<void> {
  rows(await service("remove_run_file", { run_id: run, path }));
}

/** The id under which so many bytes may be put into Storage. */
export async function announceObject(
  service: Service,
  run: string,
  bytes: number,
): Promise<string> {
  return z.uuid().parse(rows(await service("announce_object", { run_id: run, bytes })));
}
