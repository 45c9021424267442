import * as z from "zod";
import type { Caller } from "../../_shared/auth/caller.ts";
import { type Db, rows } from "../../_shared/db.ts";
import type { Service } from "../../_shared/service.ts";
import type { Packed } from "../../_shared/workspace/keeping.ts";
import { type FileEntry, FileEntryRow } from "../../_shared/workspace/schema.ts";
import { type KeptFile, KeptFileRow } from "./schema.ts";

const COLUMNS = "path, bytes, type, sha256, modified_at";
/** Sorts after every path that begins as it does. */
const LAST = "\u{10ffff}";

/** Which agent, and which stretch of its files: by their paths, after one. */
export interface FilePage {
  agentId: string;
  prefix: string;
  limit: number;
  after: string | undefined;
}

/** A file on its way to the database. */
export type Sent = Packed & {
  agent: string;
  path: string;
  type: string;
  /** SHA-256 of what it must hold now, or "" where there must be none. */
  expected: string | undefined;
};

/** An agent's files in the order of their paths, without those of its runs. */
export async function listFiles(db: Db, page: FilePage): Promise<FileEntry[]> {
  let query = db.from("files").select(COLUMNS).eq("agent_id", page.agentId).is("run_id", null);
  if (page.prefix !== "") query = query.gte("path", page.prefix).lt("path", page.prefix + LAST);
  if (page.after !== undefined) query = query.gt("path", page.after);
  return FileEntryRow.array().parse(rows(await query.order("path").limit(page.limit)));
}

/** One of the agent's files with its content; undefined where the caller sees none. */
export async function findFile(
  db: Db,
  agent: string,
  path: string,
): Promise<KeptFile | undefined> {
  const [row] = rows(await db.rpc("read_file", { agent_name: agent, path }));
  return row === undefined ? undefined : KeptFileRow.parse(row);
}

/** Creates or replaces a file whose content was looked at. */
export async function putFile(
  service: Service,
  caller: Caller,
  { agent, expected, ...file }: Sent,
): Promise<FileEntry> {
  const reply = await service("put_file", {
    caller: caller.userId,
    agent_name: agent,
    ...file,
    ...(expected !== undefined && { expected }),
    ...(caller.keyId !== undefined && { key_id: caller.keyId }),
  });
  return FileEntryRow.parse(rows(reply));
}

/** The id under which so many bytes may be put into Storage. */
export async function announceObject(
  service: Service,
  caller: Caller,
  bytes: number,
): Promise<string> {
  const reply = await service("announce_object", {
    bytes,
    caller: caller.userId,
    ...(caller.keyId !== undefined && { key_id: caller.keyId }),
  });
  return z.uuid().parse(rows(reply));
}

/** Removes one of the agent's files, or `not_found`. */
export async function removeFile(db: Db, agent: string, path: string): Promise<void> {
  rows(await db.rpc("remove_file", { agent_name: agent, path }));
}
