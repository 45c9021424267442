import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { StackError } from "../error.ts";

/** An unprivileged account of this machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Whom Postgres runs as. Absent means ourselves: only root, which Postgres refuses, steps down. */
export async function findAccount(): Promise<Account | undefined> {
  if (Deno.uid() !== 0) return undefined;
  const entries = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) =>
    line.split(":")
  );
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const entry = entries.find(([user]) => user === name);
    if (entry !== undefined) return { uid: Number(entry[2]) >>> 0, gid: Number(entry[3]) >>> 0 };
  }
  throw new StackError(
    "Postgres does not run as root, and this machine has neither an account named postgres nor one" +
      " named nobody. Start as an ordinary user, or set CLOISTER_DATABASE_URL.",
  );
}

/** Lets others walk through a folder of ours, without looking around in it. */
export async function openToOthers(dir: string): Promise<void> {
  const { mode, uid } = await Deno.stat(dir);
  if (uid === Deno.uid() && mode !== null && (mode & 0o001) === 0) {
    await Deno.chmod(dir, mode & 0o777 | 0o001);
  }
}

/** A folder that `account` alone can read: `name` in `dir`, or below /var/tmp where it cannot reach `dir`. */
export async function privateFolder(dir: string, name: string, account?: Account): Promise<string> {
  const path = account === undefined || await canEnter(dir, account)
    ? join(dir, name)
    : join("/var/tmp", `cloister-${digest(dir)}-${name}`);
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  const info = await Deno.lstat(path);
  const owners = [Deno.uid(), account?.uid];
  if (!info.isDirectory || !owners.includes(info.uid)) {
    throw new StackError(
      `${path} belongs to somebody else. Remove it, or use another state folder.`,
    );
  }
  await Deno.chmod(path, 0o700);
  if (account !== undefined) await Deno.chown(path, account.uid, account.gid);
  return path;
}

/** Whether `account` may walk into `path`: every folder on the way has to let it through. */
export async function canEnter(path: string, account: Account): Promise<boolean> {
  const { mode, uid, gid } = await Deno.stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  if ((((mode ?? 0) >> shift) & 1) === 0) return false;
  const parent = dirname(path);
  return parent === path || await canEnter(parent, account);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
