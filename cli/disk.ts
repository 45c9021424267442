import { lstat, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { credentialsFile } from "./credentials.ts";
import { UsageError } from "./exit.ts";
import type { World } from "./world.ts";

/**
 * A file of a folder, which may be a stranger's: undefined if it is not there. Rejects with
 * `UsageError` if it is no file, or lies elsewhere in truth: a clone brings links along.
 */
export async function readInside(folder: string, file: string): Promise<string | undefined> {
  return (await bytesInside(folder, file))?.toString("utf8");
}

/**
 * Writes a file of a folder, which may be a stranger's. A link in its place is replaced and not
 * followed. Rejects with `UsageError` if one of the folders on the way leads elsewhere.
 */
export async function writeInside(
  folder: string,
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  const target = path.resolve(folder, file);
  await makeInside(folder, path.dirname(file));
  const draft = `${target}.${crypto.randomUUID()}`;
  await writeFile(draft, content, { flag: "wx" });
  await rename(draft, target).catch(async (error) => {
    await rm(draft, { force: true });
    throw error;
  });
}

/** Makes a folder of a folder. Rejects with `UsageError` if it leads elsewhere. */
export async function makeInside(folder: string, below: string): Promise<void> {
  await refuseLeading(folder, below);
  await mkdir(path.resolve(folder, below), { recursive: true });
  await refuseLeading(folder, below);
}

/**
 * What a person named at the command line, to be sent. Rejects with `UsageError` if it cannot be
 * read, if it seems to lie in this folder and does not, and for the file that holds credentials.
 */
export async function readNamed(world: World, given: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = path.resolve(world.cwd, given);
  // What a shell passes as a file may be a pipe, which lies nowhere.
  const real = await realpath(file).catch(() => file);
  if (real === await realpath(credentialsFile(world)).catch(() => undefined)) {
    throw new UsageError(`${file} holds credentials: nothing is done with it.`);
  }
  const bytes = isBelow(world.cwd, file)
    ? await bytesInside(world.cwd, file)
    : await readFile(file).catch(() => undefined);
  if (bytes === undefined) throw new UsageError(`${file} cannot be read.`);
  return new Uint8Array(bytes);
}

/** Writes where a person said. Rejects with `UsageError` if that seems to lie here and does not. */
export async function writeNamed(world: World, given: string, bytes: Uint8Array): Promise<string> {
  const file = path.resolve(world.cwd, given);
  if ((await lstat(file).catch(() => undefined))?.isDirectory()) {
    throw new UsageError(`${file} is a folder.`);
  }
  if (isBelow(world.cwd, file)) await writeInside(world.cwd, path.relative(world.cwd, file), bytes);
  else await writeFile(file, bytes);
  return file;
}

async function bytesInside(folder: string, file: string) {
  const full = path.resolve(folder, file);
  if (!isBelow(folder, full)) throw leading(file);
  if (await lstat(full).then(() => true, () => false)) await refuseLeading(folder, file);
  if (!(await stat(full).catch(() => undefined))?.isFile()) return undefined;
  return await readFile(full).catch(() => undefined);
}

/** Refuses what is there, and lies elsewhere than it says. What is not there yet leads nowhere. */
async function refuseLeading(folder: string, file: string): Promise<void> {
  const full = path.resolve(folder, file);
  const real = await realpath(full).catch(() => undefined);
  if (real !== undefined && isBelow(await realpath(folder), real)) return;
  if (real !== undefined || await lstat(full).then(() => true, () => false)) throw leading(file);
  const above = path.dirname(file);
  if (above !== file && above !== ".") await refuseLeading(folder, above);
}

function isBelow(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return !path.isAbsolute(way) && way.split(path.sep)[0] !== "..";
}

function leading(file: string): UsageError {
  return new UsageError(`${file} leads out of the folder: name the file that is meant.`);
}
