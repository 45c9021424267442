import type { FileInfo } from "../../_shared/workspace/workspace.ts";
import { isStale } from "./refusal.ts";

/** One file to be added to. */
export interface Appendable {
  /** What it holds now; undefined where it is not there. */
  find(): Promise<{ bytes: Uint8Array; sha256: string } | undefined>;
  /** Writes the whole, unless it holds anything else than expected by now. */
  write(whole: Uint8Array, expected: string): Promise<FileInfo>;
}

const MAX_TRIES = 12;
const WAIT_MS = 20;

/** Who adds to which file in this isolate: they take turns, so that they do not undo each other. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Adds to the end of a file. The whole is looked at anew, because what is harmless in pieces may
 * not be in one; so it is read, and written unless another was faster, and then tried again.
 */
export async function appendTo(
  key: string,
  bytes: Uint8Array,
  file: Appendable,
): Promise<FileInfo> {
  const before = queues.get(key) ?? Promise.resolve();
  const turn = before.then(() => tryAppend(bytes, file));
  const over = turn.catch(() => {});
  queues.set(key, over);
  try {
    return await turn;
  } finally {
    if (queues.get(key) === over) queues.delete(key);
  }
}

async function tryAppend(bytes: Uint8Array, file: Appendable): Promise<FileInfo> {
  for (let tries = 1;; tries++) {
    const found = await file.find();
    const whole = new Uint8Array((found?.bytes.length ?? 0) + bytes.length);
    whole.set(found?.bytes ?? []);
    whole.set(bytes, found?.bytes.length ?? 0);
    try {
      return await file.write(whole, found?.sha256 ?? "");
    } catch (err) {
      if (!isStale(err) || tries === MAX_TRIES) throw err;
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS * tries * Math.random()));
  }
}
