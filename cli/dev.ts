import { watch } from "node:fs/promises";
import * as path from "node:path";

/** Editors write a file in several steps: the folder counts as changed when it has been still so long. */
const STILL_MS = 120;

/**
 * Yields once at the start, and then whenever one of the files was written, which are named by their
 * normal paths in the folder; what happens while the caller is busy counts once. Ends when the
 * signal is aborted.
 */
export async function* changesIn(
  folder: string,
  files: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<void, void> {
  let wake = () => {};
  let isChanged = true;
  const notice = async (below: string) => {
    try {
      for await (const { filename } of watch(path.join(folder, below), { signal })) {
        if (filename === null || !files.has(path.join(below, filename))) continue;
        isChanged = true;
        wake();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      wake();
    }
  };
  // Folder by folder: watching all that is below one would walk through any node_modules.
  const folders = new Set(Array.from(files, (file) => path.dirname(file)));
  const noticed = Promise.all(Array.from(folders, notice));
  while (!signal.aborted) {
    if (!isChanged) {
      await Promise.race([noticed, new Promise<void>((resolve) => wake = resolve)]);
      if (signal.aborted) break;
      await new Promise((resolve) => setTimeout(resolve, STILL_MS));
    }
    isChanged = false;
    yield;
  }
  await noticed;
}
