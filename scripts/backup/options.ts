/** What the tasks `backup` and `restore` read from arguments and the environment. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { findAccount, privateFolder } from "../../dev/postgres/account.ts";
import { createObjectStore } from "../../supabase/functions/_shared/storage.ts";
import { BackupError } from "./format.ts";
import type { Key } from "./lock.ts";
import type { Objects } from "./objects.ts";

const FLAG = { type: "string" } as const;
const State = z.object({ password: z.string() });

/** What one may say to a task. */
export interface Options {
  databaseUrl: string;
  key: Key;
  objects: Objects | undefined;
  out: string | undefined;
  user: string | undefined;
  /** Whether only to look whether the backup is whole. */
  check: boolean;
  /** The SHA-256 that the backup must have. */
  expected: string | undefined;
  file: string | undefined;
}

/** Reads them, or throws a {@link BackupError} that says what is missing. */
export async function readOptions(args: string[]): Promise<Options> {
  const { values, positionals } = parse(args);
  return {
    databaseUrl: await databaseUrl(values.check === true),
    key: await readKey(values.recipient, values.identity),
    objects: openObjects(),
    out: values.out,
    user: values.user,
    check: values.check === true,
    expected: readExpected(values.expect),
    file: positionals[0],
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        out: FLAG,
        user: FLAG,
        recipient: FLAG,
        identity: FLAG,
        expect: FLAG,
        check: { type: "boolean" },
      },
    });
  } catch (cause) {
    throw new BackupError(cause instanceof Error ? cause.message : "The arguments are malformed.");
  }
}

function readExpected(said: string | undefined): string | undefined {
  const sha256 = said?.toLowerCase();
  if (sha256 === undefined || /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new BackupError("--expect takes the SHA-256 that the backup was told to have: 64 digits.");
}

/**
 * DATABASE_URL, or the database of a local stack that runs in this folder. It has a password, so it
 * is never an argument, either.
 */
async function databaseUrl(needless: boolean): Promise<string> {
  const url = Deno.env.get("DATABASE_URL") ?? await localStack();
  if (url !== undefined || needless) return url ?? "";
  throw new BackupError(
    "Which database? Set DATABASE_URL (the direct connection, or the pooler in session mode), or" +
      " start the local stack in this folder: it prints its own.",
  );
}

/** Its password lies in its state folder, and its port beside its data while it runs. */
async function localStack(): Promise<string | undefined> {
  const dir = resolve(".cloister");
  try {
    const { password } = State.parse(JSON.parse(await Deno.readTextFile(join(dir, "state.json"))));
    const folder = await privateFolder(dir, "postgres", await findAccount());
    const [, , , port] = (await Deno.readTextFile(join(folder, "data", "postmaster.pid"))).split(
      "\n",
    );
    return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  } catch {
    return undefined;
  }
}

/** A passphrase is never an argument, which every process of the machine could read. */
async function readKey(recipient: string | undefined, identity: string | undefined): Promise<Key> {
  if (recipient !== undefined) return { recipient };
  if (identity !== undefined) return { identity: await readIdentity(identity) };
  const passphrase = Deno.env.get("CLOISTER_BACKUP_PASSPHRASE") ??
    (Deno.stdin.isTerminal() ? prompt("Passphrase of the backup:") ?? "" : "");
  if (passphrase !== "") return { passphrase };
  throw new BackupError(
    "Give --recipient age1… to back up, --identity <file> to restore, or set" +
      " CLOISTER_BACKUP_PASSPHRASE.",
  );
}

async function readIdentity(path: string): Promise<string> {
  const text = await Deno.readTextFile(path).catch((cause) => {
    throw new BackupError(`${path} cannot be read.`, { cause });
  });
  const line = text.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (line === undefined) throw new BackupError(`${path} holds no identity of age.`);
  return line.trim();
}

/** The keys as the functions have them, of which the default one is ours. */
const Keys = z.string().transform((text, ctx) => {
  try {
    return JSON.parse(text);
  } catch {
    ctx.addIssue("This is no JSON.");
    return z.NEVER;
  }
}).pipe(z.looseObject({ default: z.string().min(1) }));

/** Storage, where all that names it is there. */
function openObjects(): Objects | undefined {
  const [url, keys, bucket] = ["SUPABASE_URL", "SUPABASE_SECRET_KEYS", "CLOISTER_STORAGE_BUCKET"]
    .map((name) => Deno.env.get(name));
  if (!url || !keys || !bucket) return undefined;
  const { data } = Keys.safeParse(keys);
  if (data === undefined) throw new BackupError("SUPABASE_SECRET_KEYS names no default key.");
  return createObjectStore({ supabaseUrl: url, secretKey: data.default }, bucket);
}
