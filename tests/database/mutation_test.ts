import assert from "@std/assert";
import type { TransactionSql } from "postgres";
import { readTapFiles, runTapFile, type TapFile } from "../../scripts/database/tap.ts";
import { inRollback, useScratch } from "./database.ts";
import { FUNCTIONS, GRANTS, readFunctions, readGrants } from "./matrix.ts";
import { listMutants, type Mutant } from "./mutants.ts";

const scratch = useScratch();

Deno.test("whatever is dropped or weakened in the schema, a test turns red", async () => {
  const files = await readTapFiles();
  const rows: { mutant: string; killer: string }[] = [];
  await inRollback(scratch(), async (sql) => {
    assert.equal(await findKiller(sql, files), undefined, "the schema itself is green");
    for (const mutant of await listMutants(sql)) {
      const killer = await tryMutant(sql, mutant, files);
      rows.push({ mutant: mutant.name, killer: killer ?? "SURVIVED" });
    }
  });
  for (const { mutant, killer } of rows) console.log(`${killer.padEnd(24)} ${mutant}`);
  const survivors = rows.filter(({ killer }) => killer === "SURVIVED");
  assert.deepEqual(survivors.map(({ mutant }) => mutant), []);
});

async function tryMutant(sql: TransactionSql, mutant: Mutant, files: readonly TapFile[]) {
  const first = (file: TapFile) => file.name === mutant.chapter ? 0 : 1;
  await sql.unsafe("savepoint mutant");
  await mutant.apply(sql);
  const killer = await findKiller(sql, files.toSorted((a, b) => first(a) - first(b)));
  await sql.unsafe("rollback to savepoint mutant; release savepoint mutant");
  return killer;
}

/** The first test that fails, cheap ones first. */
async function findKiller(
  sql: TransactionSql,
  files: readonly TapFile[],
): Promise<string | undefined> {
  if (differ(await readGrants(sql), GRANTS)) return "matrix: tables";
  if (differ(await readFunctions(sql), FUNCTIONS)) return "matrix: functions";
  for (const file of files) {
    const { failed, fault } = await runTapFile(sql, file);
    if (failed > 0 || fault !== undefined) return `pgTAP: ${file.name}`;
  }
}

function differ(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return false;
  } catch {
    return true;
  }
}
