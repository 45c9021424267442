import postgres, { type TransactionSql } from "postgres";
import { createScratch, type Scratch } from "../../scripts/database/scratch.ts";
import { openServer } from "../../scripts/database/server.ts";

/** The scratch database of a test file: there before its first test, gone after its last. */
export function useScratch(): () => Scratch {
  const opened = new AsyncDisposableStack();
  let scratch: Scratch | undefined;
  Deno.test.beforeAll(async () => {
    const server = opened.use(await openServer());
    scratch = opened.use(await createScratch(server.adminUrl));
  });
  Deno.test.afterAll(() => opened.disposeAsync());
  return () => {
    if (scratch === undefined) {
      throw new Error("The scratch database is there only while tests run");
    }
    return scratch;
  };
}

/** Whom a statement runs as, the way the Data API would run it. */
export interface Identity {
  role: "anon" | "authenticated" | "service_role";
  /** The user's id, where there is a user. */
  sub?: string;
  /** The id of the API key that the token was made for, where it was made for one. */
  key?: string;
}

/** Runs a statement as somebody, in a savepoint that is taken back. Errors become their SQLSTATE. */
export async function attempt(
  sql: TransactionSql,
  { role, sub, key }: Identity,
  statement: string,
): Promise<{ count: number } | { code: string }> {
  const claims = JSON.stringify({ sub, cloister_key: key });
  await sql.unsafe(`savepoint attempt; set local role ${role}`);
  await sql`select set_config('request.jwt.claims', ${claims}, true)`;
  try {
    const { count } = await sql.unsafe(statement);
    return { count };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    return { code: error.code };
  } finally {
    await sql.unsafe("rollback to savepoint attempt; release savepoint attempt");
  }
}

/** A transaction that is always taken back, whatever is done in it. */
export async function inRollback<T>(
  scratch: Scratch,
  work: (sql: TransactionSql) => Promise<T>,
): Promise<T> {
  const pool = scratch.connect(1);
  const undone = new Error("undone");
  let result: { value: T } | undefined;
  await pool.begin(async (sql) => {
    result = { value: await work(sql) };
    throw undone;
  }).catch((error) => {
    if (error !== undone) throw error;
  });
  await pool.end();
  if (result === undefined) throw new Error("The work was not done");
  return result.value;
}
