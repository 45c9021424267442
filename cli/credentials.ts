import { chmod, readFile, rename, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import process from "node:process";
import * as z from "zod";
import { UsageError } from "./exit.ts";
import { withLock } from "./lock.ts";
import type { World } from "./world.ts";

const Profile = z.object({
  publishable_key: z.string().optional(),
  api_key: z.string().optional(),
  /** What the Auth client keeps, as it writes it. */
  session: z.string().optional(),
});

/** How one project is reached: as a person with a session, or as a program with a key. */
export type Profile = z.infer<typeof Profile>;

const Credentials = z.object({
  current: z.string().optional(),
  profiles: z.record(z.string(), Profile).default({}),
});

/** All projects that somebody signed in to, by their addresses. */
export type Credentials = z.infer<typeof Credentials>;

/** Where credentials lie: one file for all projects, which its owner alone can read. */
export function credentialsFile({ env }: World): string {
  const base = process.platform === "win32" ? env.APPDATA : env.XDG_CONFIG_HOME;
  const home = env.HOME || env.USERPROFILE || "";
  const config = base && path.isAbsolute(base) ? base : path.join(home, ".config");
  // A folder is no home: what lies in a stranger's one is nobody's credentials.
  if (!path.isAbsolute(config)) throw new UsageError("There is no home: set HOME.");
  return path.join(config, "cloister", "credentials.json");
}

/**
 * What is stored; nothing where there is no file. A file that others can read is closed to them
 * first. Rejects with `UsageError` if the file is not one of ours.
 */
export async function readCredentials(world: World): Promise<Credentials> {
  const file = credentialsFile(world);
  const text = await readFile(file, "utf8").catch(absent);
  if (text === undefined) return { profiles: {} };
  if (process.platform !== "win32" && ((await stat(file)).mode & 0o077) !== 0) {
    world.stderr.write(`${file} could be read by others. It cannot any more.\n`);
    await chmod(file, 0o600);
  }
  const parsed = Credentials.safeParse(parseJson(text));
  if (!parsed.success) throw new UsageError(`${file} is not what cloister wrote: delete it.`);
  return parsed.data;
}

/** Changes what is stored, one process at a time, so that nobody reads half of it. */
export async function changeCredentials(
  world: World,
  change: (credentials: Credentials) => Credentials,
): Promise<void> {
  const file = credentialsFile(world);
  await withLock(file, async () => {
    const draft = `${file}.${process.pid}.${crypto.randomUUID()}`;
    const text = JSON.stringify(change(await readCredentials(world)), null, 2);
    await writeFile(draft, `${text}\n`, { mode: 0o600, flag: "wx" });
    await rename(draft, file);
  });
}

function absent(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
