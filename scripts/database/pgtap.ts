/**
 * Runs the pgTAP files of supabase/tests on a scratch database, without psql or pg_prove, and
 * prints their TAP. Names as arguments narrow it down. Ends non-zero if anything is amiss.
 */
import { createScratch } from "./scratch.ts";
import { openServer } from "./server.ts";
import { readTapFiles, runTapFile } from "./tap.ts";

async function main(names: readonly string[]): Promise<boolean> {
  await using server = await openServer();
  await using scratch = await createScratch(server.adminUrl);
  const sql = await scratch.connect(1).reserve();
  let passed = 0;
  let failed = 0;
  for (const file of await readTapFiles(names)) {
    await sql.unsafe("begin");
    const result = await runTapFile(sql, file);
    await sql.unsafe("rollback");
    console.log(`# ${file.name}`);
    for (const line of result.lines) console.log(line);
    if (result.fault !== undefined) console.log(`not ok - ${file.name}: ${result.fault}`);
    passed += result.passed;
    failed += result.failed + (result.fault === undefined ? 0 : 1);
  }
  sql.release();
  const good = failed === 0 && passed > 0;
  console.log(`\n${good ? "ok" : "FAILED"} | ${passed} passed | ${failed} failed`);
  return good;
}

if (!await main(Deno.args)) Deno.exit(1);
