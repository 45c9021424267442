/** The contents of files that lie in Storage: read with the tables that name them, and put back. */
import { Buffer } from "node:buffer";
import type { TransactionSql } from "postgres";
import * as z from "zod";
import type { ObjectStore } from "../../supabase/functions/_shared/storage.ts";
import type { Part } from "./archive.ts";
import { BackupError } from "./format.ts";

/** Where contents lie, and how it says that one is not there. */
export type Objects = Pick<ObjectStore, "put" | "get" | "remove">;

const PREFIX = "objects/";
const Missing = z.object({ statusCode: z.coerce.number() }).or(
  z.object({ originalError: z.object({ status: z.number() }) }),
);

/**
 * Every content that a file of this moment has in Storage. What is gone from there meanwhile, because
 * its file was removed, is noted and left out.
 */
export async function* readObjects(
  tx: TransactionSql,
  objects: Objects,
  missing: string[],
): AsyncGenerator<Part> {
  const ids = await tx<{ id: string }[]>`
    select object_id as id from public.files where object_id is not null order by 1
  `;
  for (const { id } of ids) {
    const bytes = await objects.get(id).catch((error) => {
      if (!isMissing(error)) throw new BackupError("Storage does not answer.", { cause: error });
    });
    if (bytes === undefined) missing.push(id);
    else yield { name: `${PREFIX}${id}`, bytes };
  }
}

/** Puts contents back, and takes them away again unless they are to be kept. */
export class Restorer implements AsyncDisposable {
  readonly #put: string[] = [];
  #kept = false;

  constructor(readonly objects: Objects | undefined) {}

  /** Whether a part of the archive is a content. */
  static reads({ name }: Part): boolean {
    return name.startsWith(PREFIX);
  }

  /** Puts one content where its file will look for it. */
  async put({ name, bytes }: Part): Promise<void> {
    if (this.objects === undefined) {
      throw new BackupError(
        "The backup holds files that lie in Storage. Set SUPABASE_URL, SUPABASE_SECRET_KEYS and" +
          " CLOISTER_STORAGE_BUCKET, so that they can be put there.",
      );
    }
    const { data: id } = z.guid().safeParse(name.slice(PREFIX.length));
    if (id === undefined) throw new BackupError(`The entry ${name} is none of a content.`);
    try {
      await this.objects.put(id, bytes);
      this.#put.push(id);
    } catch (cause) {
      if (await this.#lies(id, bytes)) return;
      throw new BackupError(`Storage did not take the content ${id}.`, { cause });
    }
  }

  /** Whether a restore that was broken off has put it there already. That is not ours to take away. */
  async #lies(id: string, bytes: Uint8Array): Promise<boolean> {
    const there = await this.objects?.get(id).catch(() => undefined);
    return there !== undefined && Buffer.compare(there, bytes) === 0;
  }

  /** From here on what was put stays. */
  keep(): void {
    this.#kept = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#kept && this.#put.length > 0) await this.objects?.remove(this.#put);
  }
}

function isMissing(error: unknown): boolean {
  const { success, data } = Missing.safeParse(error);
  if (!success) return false;
  const status = "statusCode" in data ? data.statusCode : data.originalError.status;
  return status === 404 || status === 400;
}
