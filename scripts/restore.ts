/**
 * `deno task restore <file> [--identity file] [--check]`: restores a backup into a new stack, all of it
 * or nothing; with `--check` it only reads the backup and says whether it is whole. See docs/backup.md.
 */
import postgres from "postgres";
import { read } from "./backup/file.ts";
import { BackupError } from "./backup/format.ts";
import { inspect, load, type Loaded } from "./backup/load.ts";
import { readOptions } from "./backup/options.ts";

function describe({ header, manifest }: Loaded): string {
  const rows = Object.values(manifest.rows).reduce((sum, count) => sum + count, 0);
  return [
    `made at ${header.made_at}, ${header.tables.length} tables, ${rows} rows,` +
    ` audit log up to entry ${header.audit.seq}`,
    header.audit.hash,
    ...manifest.missing_objects.map((id) => `the content ${id} was gone when this was made`),
  ].join("\n");
}

try {
  const { file, key, check, databaseUrl, objects } = await readOptions(Deno.args);
  if (file === undefined) throw new BackupError("usage: deno task restore <file> [--check]");
  const open = () => read(file);
  if (check) console.log(`whole: ${describe(await inspect({ key, open }))}`);
  else {
    const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    try {
      console.log(`restored: ${describe(await load(sql, { key, objects, open }))}`);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
} catch (error) {
  if (!(error instanceof BackupError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
