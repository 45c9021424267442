import { keepAlive } from "../background.ts";
import { fromBase64, toBase64 } from "../base64.ts";
import type { Env } from "../env.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";
import { createObjectStore, type ObjectStore } from "../storage.ts";
import { holdsEicar } from "./eicar.ts";
import { removeGarbage, removeObjects } from "./garbage.ts";
import { FileRefusal } from "./refusal.ts";
import { createScanner, type Scan } from "./scanner.ts";
import { sniff } from "./sniff.ts";

/** A content as the database takes it: in base64, or where it lies in Storage. */
export type Packed =
  | { content: string }
  | { object_id: string; bytes: number; sha256: string };

/** A content as the database gives it back. */
export interface Kept {
  content: string | null;
  object_id: string | null;
}

/** What looks at contents and keeps the large ones. */
export interface Keeping {
  /** The media type of a content; throws `type_denied`, `infected`, `scanner_unavailable`. */
  examine(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<string>;
  /**
   * Makes a content ready for the database. A large one is put into Storage, where there is one,
   * under the id that `announce` answers; `storage_unavailable` where that fails.
   */
  pack(bytes: Uint8Array, announce: (bytes: number) => Promise<string>): Promise<Packed>;
  /** The content itself, wherever it lies; undefined where the row came without it. */
  unpack(kept: Kept): Promise<Uint8Array | undefined>;
  /** Takes back what was packed and then not written. */
  discard(packed: readonly Packed[], service: Service, log: Log): Promise<void>;
  /** Removes from Storage what no file holds any more, when there is time. */
  tidy(service: Service, log: Log): void;
}

/** What is beside the database. */
export interface Beside {
  scan?: Scan | undefined;
  objects?: ObjectStore | undefined;
  /** Contents from this size on go to Storage. */
  largeBytes?: number;
}

const LARGE_BYTES = 256 * 1024;

/** {@link createKeeping} with what the environment names. */
export function keepingOf(env: Env): Keeping {
  const { scanner, bucket } = env.files;
  return createKeeping({
    scan: scanner && createScanner(scanner),
    objects: bucket === undefined ? undefined : createObjectStore(env, bucket),
  });
}

/** Keeps contents in the database, and with Storage beside it the large ones there. */
export function createKeeping({ scan, objects, largeBytes = LARGE_BYTES }: Beside = {}): Keeping {
  return {
    async examine(path, bytes, signal) {
      const found = holdsEicar(bytes) ? "Eicar-Test-File" : await scan?.(bytes, signal);
      if (found !== undefined) throw new FileRefusal("infected", `The content holds ${found}.`);
      return await sniff(path, bytes);
    },
    async pack(bytes, announce) {
      if (objects === undefined || bytes.length < largeBytes) return { content: toBase64(bytes) };
      const id = await announce(bytes.length);
      await stored(objects.put(id, bytes));
      return { object_id: id, bytes: bytes.length, sha256: await sha256(bytes) };
    },
    async unpack({ content, object_id: id }) {
      if (content !== null) return fromBase64(content);
      if (id === null) return undefined;
      if (objects !== undefined) return await stored(objects.get(id));
      throw new FileRefusal("storage_unavailable", "The file lies in a storage that is not here.");
    },
    async discard(packed, service, log) {
      const ids = packed.flatMap((one) => "object_id" in one ? [one.object_id] : []);
      if (objects !== undefined) await quietly(log, removeObjects(objects, service, ids));
    },
    tidy(service, log) {
      if (objects !== undefined) keepAlive(quietly(log, removeGarbage(objects, service)));
    },
  };
}

async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new FileRefusal("storage_unavailable", "The object storage cannot be reached.", {
      cause,
    });
  }
}

/** What is left behind now is garbage that the next one finds. */
async function quietly(log: Log, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (err) {
    log("warn", "garbage_left", { cause: describe(err) });
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
