/**
 * `deno task backup [--out file] [--user id] [--recipient age1…]`: backs a whole project up, or what is
 * known about one user, encrypted. The database is DATABASE_URL or the local stack's; the passphrase
 * is CLOISTER_BACKUP_PASSPHRASE where no recipient is named. See docs/backup.md.
 */
import postgres, { type Sql } from "postgres";
import { dump } from "./backup/dump.ts";
import { Fingerprint, writeNew } from "./backup/file.ts";
import { BackupError } from "./backup/format.ts";
import { lock } from "./backup/lock.ts";
import { type Options, readOptions } from "./backup/options.ts";
import { dumpPerson } from "./backup/person.ts";

const now = () => new Date().toISOString().replace(/[:.]/g, "-");

async function backUpAll(sql: Sql, { key, objects, out }: Options): Promise<void> {
  const path = out ?? `cloister-${now()}.backup.age`;
  const print = new Fingerprint();
  const { header, rows, missingObjects } = await dump(sql, {
    key,
    objects,
    write: (backup) => writeNew(path, backup.pipeThrough(print.through())),
  });
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  console.log(`${path}: ${header.tables.length} tables, ${total} rows, audit log up to entry`);
  console.log(`${header.audit.seq} ${header.audit.hash}`);
  console.log(`SHA-256 of the file: ${print.sha256}`);
  await warn(sql, objects !== undefined, missingObjects);
}

async function warn(sql: Sql, storage: boolean, missing: readonly string[]): Promise<void> {
  const [beside] = await sql<{ vault: number; objects: number }[]>`
    select (select count(*)::int from app.secret_values where vault_id is not null)
        + (select count(*)::int from app.signing_secrets where vault_id is not null) as vault,
      (select count(*)::int from public.files where object_id is not null) as objects
  `;
  if (beside?.vault) {
    console.error(
      `NOT IN IT: ${beside.vault} secrets lie in Vault, which no backup of ours reads.`,
    );
  }
  if (beside?.objects && !storage) {
    console.error(
      `NOT IN IT: ${beside.objects} contents lie in Storage. Set SUPABASE_URL, SUPABASE_SECRET_KEYS` +
        " and CLOISTER_STORAGE_BUCKET to have them.",
    );
  }
  if (missing.length > 0) console.error(`GONE FROM STORAGE: ${missing.join(", ")}`);
}

async function backUpPerson(sql: Sql, user: string, options: Options): Promise<void> {
  const path = options.out ?? `person-${user}-${now()}.zip.age`;
  await dumpPerson(sql, {
    user,
    objects: options.objects,
    write: async (archive) => writeNew(path, await lock(options.key, archive)),
  });
  console.log(`${path}: all that is known about ${user}, locked. \`age -d\` opens it.`);
}

try {
  const options = await readOptions(Deno.args);
  const sql = postgres(options.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await (options.user === undefined
      ? backUpAll(sql, options)
      : backUpPerson(sql, options.user, options));
  } finally {
    await sql.end({ timeout: 1 });
  }
} catch (error) {
  if (!(error instanceof BackupError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
