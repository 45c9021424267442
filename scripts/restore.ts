/**
 * `deno task restore <file> [--identity file] [--expect sha256] [--check]`: restores a backup into a new
 * stack, all of it or nothing; with `--check` it only reads the backup and says whether it is whole. See
 * docs/backup.md.
 */
import postgres from "postgres";
import { read } from "./backup/file.ts";
import { BackupError } from "./backup/format.ts";
import { inspect, load, type Loaded } from "./backup/load.ts";
import { readOptions } from "./backup/options.ts";

function describe({ header, manifest, sha256 }: Loaded): string {
  const rows = Object.values(manifest.rows).reduce((sum, count) => sum + count, 0);
  return [
    `made at ${header.made_at}, ${header.tables.length} tables, ${rows} rows,` +
    ` audit log up to entry ${header.audit.seq}`,
    header.audit.hash,
    `SHA-256 of the file: ${sha256}`,
    ...manifest.missing_objects.map((id) => `the content ${id} was gone when this was made`),
  ].join("\n");
}

try {
  const { file, key, check, databaseUrl, objects, expected } = await readOptions(Deno.args);
  if (file === undefined) throw new BackupError("usage: deno task restore <file> [--check]");
  if (key.identity !== undefined && expected === undefined) {
    console.error(
      "NOT COMPARED: whoever knows the recipient can have made this. Give --expect with the SHA-256" +
        " that `backup` printed.",
    );
  }
  const open = () => read(file);
  if (check) console.log(`whole: ${describe(await inspect({ key, open, expected }))}`);
  else {
    const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    try {
      console.log(`restored: ${describe(await load(sql, { key, objects, open, expected }))}`);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
} catch (error) {
  if (!(error instanceof BackupError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
