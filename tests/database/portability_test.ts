import assert from "@std/assert";
import { pgtapSql } from "../../scripts/database/extension.ts";
import { createEmpty, OWNER, readMigrations } from "../../scripts/database/scratch.ts";
import { readTapFiles, runTapFile } from "../../scripts/database/tap.ts";
import { installedPostgres, startOther } from "../other_postgres.ts";
import { inRollback } from "./database.ts";
import { FUNCTIONS, GRANTS, readFunctions, readGrants } from "./grants.ts";

const given = Deno.env.get("CLOISTER_TEST_POSTGRES_URL");
const installed = await installedPostgres();
const missing = given === undefined && installed === undefined;

Deno.test({
  name: missing
    ? "migrations apply on another Postgres (skipped: none is installed here)"
    : "migrations apply on another Postgres, and keep every promise there",
  ignore: missing,
  async fn() {
    if (given !== undefined) return await applyOn(given);
    await using server = await startOther(installed ?? "");
    await applyOn(server.url);
  },
});

/** Applies everything as a role that is no superuser, then asks of it what is asked of 17. */
async function applyOn(server: string): Promise<void> {
  await using scratch = await createEmpty(server);
  await inRollback(scratch, async (sql) => {
    const [facts] = await sql`select current_setting('server_version_num')::int / 10000 as major`;
    assert.ok(facts?.major >= 15);
    await sql.unsafe("set local search_path = extensions");
    await sql.unsafe(await pgtapSql());
    await sql.unsafe(`set local search_path = "$user", public, extensions; set role ${OWNER}`);
    for (const { text } of await readMigrations()) await sql.unsafe(text);
    await sql.unsafe("reset role");
    assert.deepEqual(await readGrants(sql), GRANTS);
    assert.deepEqual(await readFunctions(sql), FUNCTIONS);
    for (const file of await readTapFiles()) {
      const { lines, failed, fault } = await runTapFile(sql, file);
      assert.deepEqual({ failed, fault }, { failed: 0, fault: undefined }, lines.join("\n"));
    }
  });
}
