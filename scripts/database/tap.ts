import type { ReservedSql, TransactionSql } from "postgres";
import { OWNER } from "./scratch.ts";

const TESTS = new URL("../../supabase/tests/", import.meta.url);
const INCLUDE = /^\\ir (\S+)$/gm;

/** A pgTAP file without the psql in it, and without its own transaction. */
export interface TapFile {
  name: string;
  body: string;
}

/** What a file said when it ran. */
export interface TapResult {
  lines: string[];
  passed: number;
  failed: number;
  /** Why it counts as failed although no test did: a missing or broken plan, an error. */
  fault: string | undefined;
}

/** The pgTAP files, sorted; `names` without ending narrows them down. */
export async function readTapFiles(names: readonly string[] = []): Promise<TapFile[]> {
  const files = await Array.fromAsync(Deno.readDir(TESTS), ({ name }) => name);
  const wanted = files.filter((name) => name.endsWith(".sql")).sort()
    .map((name) => name.slice(0, -".sql".length))
    .filter((name) => names.length === 0 || names.includes(name));
  return await Promise.all(wanted.map(async (name) => ({ name, body: await readBody(name) })));
}

async function readBody(name: string): Promise<string> {
  let text = await Deno.readTextFile(new URL(`${name}.sql`, TESTS));
  for (const [line, file = ""] of text.matchAll(INCLUDE)) {
    const included = await Deno.readTextFile(new URL(file, TESTS));
    text = text.replace(line, () => included);
  }
  return text.replace(/^begin;$/m, "").replace(/^rollback;$/m, "");
}

/** Runs a file as the owner of the schema, inside the transaction at hand, and takes it back. */
export async function runTapFile(
  sql: ReservedSql | TransactionSql,
  { body }: TapFile,
): Promise<TapResult> {
  await sql.unsafe(`savepoint tap; set session authorization ${OWNER}`);
  const answer = await sql.unsafe(body).simple().catch((error: Error) => error);
  await sql.unsafe("rollback to savepoint tap; release savepoint tap");
  if (answer instanceof Error) {
    return { lines: [], passed: 0, failed: 0, fault: answer.message };
  }
  return readTap(answer.flat().flatMap(firstColumn));
}

function firstColumn(row: unknown): string[] {
  const [value] = typeof row === "object" && row !== null ? Object.values(row) : [];
  return typeof value === "string" ? value.split("\n") : [];
}

/** Counts the tests and holds them against the plan, which must be there and be kept. */
function readTap(output: readonly string[]): TapResult {
  const lines = output.filter((line) => /^(ok |not ok |1\.\.\d|#)/.test(line));
  const passed = lines.filter((line) => line.startsWith("ok ")).length;
  const failed = lines.filter((line) => line.startsWith("not ok ")).length;
  const plan = lines.map((line) => /^1\.\.(\d+)$/.exec(line)).find((match) => match !== null);
  const ran = passed + failed;
  const kept = plan !== undefined && Number(plan[1]) === ran;
  const fault = kept ? undefined : `planned ${plan?.[1] ?? "nothing"} and ran ${ran}`;
  return { lines, passed, failed, fault };
}
