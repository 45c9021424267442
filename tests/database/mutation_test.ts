import assert from "@std/assert";
import type { TransactionSql } from "postgres";
import { createScratch } from "../../scripts/database/scratch.ts";
import { openServer, type Server } from "../../scripts/database/server.ts";
import { readTapFiles, runTapFile, type TapFile } from "../../scripts/database/tap.ts";
import { inRollback } from "./database.ts";
import { FUNCTIONS, GRANTS, readFunctions, readGrants } from "./grants.ts";
import { listMutants, type Mutant } from "./mutants.ts";

/**
 * One mutant of so many is tried: all of them, with 1, take some ten minutes. Which ones follows from
 * what the tests of the schema say, so that every change of theirs tries others.
 */
const SHARE = Number(Deno.env.get("CLOISTER_MUTANTS") ?? 12);
/** Databases that mutants are tried in side by side. */
const HANDS = Math.min(4, navigator.hardwareConcurrency);

Deno.test("whatever is dropped or weakened in the schema, a test turns red", async () => {
  const files = await readTapFiles();
  const survivors: string[] = [];
  await using server = await openServer();
  const mutants = await within(server, async (sql) => {
    assert.equal(await findKiller(sql, files, true), undefined, "the schema itself is green");
    return await listMutants(sql);
  });
  const start = await drawn(files);
  const queue = mutants.values().filter((_, i) => i % SHARE === start);
  const work = async (sql: TransactionSql) => {
    await sql.unsafe(STOP_AT_ONCE);
    await tryEach(sql, queue, files, survivors);
  };
  await Promise.all(Array.from({ length: HANDS }, () => within(server, work)));
  assert.deepEqual(survivors, []);
});

/** What takes seconds is asked last. */
const SLOW = ["evidence"];

/** A number below the share that is the same for the same files and mutants. */
async function drawn(files: readonly TapFile[]): Promise<number> {
  const text = files.map(({ body }) => body).join();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new DataView(digest).getUint32(0) % SHARE;
}

/** Makes the first assertion that fails end its file: nobody asks how many would follow. */
const STOP_AT_ONCE = `
  alter function extensions.ok(boolean, text) rename to ok_or_not;
  create function extensions.ok(boolean, text) returns text language plpgsql as $$
  begin
    if $1 is not true then
      raise exception using errcode = 'assert_failure', message = $2; -- which no handler catches
    end if;
    return extensions.ok_or_not($1, $2);
  end;
  $$;
`;

/** Does something in a transaction of a database of its own. */
async function within<T>(server: Server, work: (sql: TransactionSql) => Promise<T>): Promise<T> {
  await using scratch = await createScratch(server.adminUrl);
  return await inRollback(scratch, work);
}

async function tryEach(
  sql: TransactionSql,
  queue: IteratorObject<Mutant>,
  files: readonly TapFile[],
  survivors: string[],
): Promise<void> {
  for (const mutant of queue) {
    const killer = await tryMutant(sql, mutant, files).catch((cause: Error) => {
      survivors.push(`${mutant.name}: ${cause.message}`);
      return "NOT TRIED";
    });
    console.log(`${(killer ?? "SURVIVED").padEnd(24)} ${mutant.name}`);
    if (killer === undefined) survivors.push(mutant.name);
  }
}

async function tryMutant(sql: TransactionSql, mutant: Mutant, files: readonly TapFile[]) {
  const first = ({ name }: TapFile) => name === mutant.chapter ? 0 : SLOW.includes(name) ? 2 : 1;
  await sql.unsafe("savepoint mutant");
  try {
    await mutant.apply(sql);
    const sorted = files.toSorted((a, b) => first(a) - first(b));
    return await findKiller(sql, sorted, mutant.grants);
  } finally {
    await sql.unsafe("rollback to savepoint mutant; release savepoint mutant");
  }
}

/** The first test that fails, cheap ones first. */
async function findKiller(
  sql: TransactionSql,
  files: readonly TapFile[],
  grants: boolean,
): Promise<string | undefined> {
  if (grants && differ(await readGrants(sql), GRANTS)) return "matrix: tables";
  if (grants && differ(await readFunctions(sql), FUNCTIONS)) return "matrix: functions";
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
