import postgres, { type Sql, type TransactionSql } from "postgres";
import type { Identity } from "./database.ts";

/** What a call came to: "done", or the code of its refusal. */
export type Outcome = "done" | string;

/** Runs a query as somebody in a transaction of its own that commits, as the Data API would. */
export async function callAs(
  sql: Sql,
  { role, sub }: Identity,
  query: (tx: TransactionSql) => Promise<unknown>,
): Promise<Outcome> {
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local role ${role}`);
      await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub })}, true)`;
      await query(tx);
    });
    return "done";
  } catch (error) {
    if (error instanceof postgres.PostgresError) return error.message;
    throw error;
  }
}

/** As many connections as a race needs, all open before it begins. */
export async function openRing(connect: (max: number) => Sql, size: number): Promise<Sql> {
  const sql = connect(size);
  await times(size, () => sql`select pg_sleep(0.01)`);
  return sql;
}

/** Does something many times at once. */
export function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

/** How often each outcome came. */
export function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
