import { mkdir, readdir, rename, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import * as path from "node:path";

/** Who holds a lock says so more often than this, or is no more. */
const STALE_MS = 15_000;
const ALIVE_MS = 5_000;
const POLL_MS = 50;

/**
 * Does something while no other process does it for the same name. A lock is a folder with one file
 * in it, named after its owner: it appears whole or not at all, and only its owner opens it. Whose
 * owner is no more is taken away once.
 */
export async function withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${name}.lock`;
  const owner = crypto.randomUUID();
  const draft = `${lock}.${owner}`;
  await mkdir(path.dirname(name), { recursive: true, mode: 0o700 });
  await mkdir(draft);
  try {
    await writeFile(path.join(draft, owner), "", { flag: "wx" });
    while (!await take(draft, lock)) {
      // The time of a draft counts from when it became the lock.
      await touch(path.join(draft, owner));
      if (!await clear(lock)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  const mine = path.join(lock, owner);
  await touch(mine);
  const alive = setInterval(() => void touch(mine), ALIVE_MS);
  try {
    return await work();
  } finally {
    clearInterval(alive);
    // Where another took it for stale the file is gone, and the folder is another's.
    await rm(mine).then(() => rmdir(lock)).catch(() => {});
  }
}

/** Whether the draft became the lock: a folder takes the place of none that has something in it. */
async function take(draft: string, lock: string): Promise<boolean> {
  try {
    await rename(draft, lock);
    return true;
  } catch (error) {
    if (await stat(lock).then(() => true, () => false)) return false;
    if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * Takes a stale lock away, and says whether one was. What is moved aside keeps its owner's name and
 * stays: whoever is late with the same finding finds that name taken, and moves no younger lock.
 */
async function clear(lock: string): Promise<boolean> {
  const [owner] = await readdir(lock).catch(() => []);
  // Its owner ended between the two steps of opening it; a folder that holds something stays.
  if (owner === undefined) return await rmdir(lock).then(() => true, () => false);
  const since = await stat(path.join(lock, owner)).then(({ mtimeMs }) => mtimeMs, () => undefined);
  if (since === undefined || Date.now() - since < STALE_MS) return false;
  return await rename(lock, `${lock}.${owner}`).then(() => true, () => false);
}

async function touch(file: string): Promise<void> {
  await utimes(file, new Date(), new Date()).catch(() => {});
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
