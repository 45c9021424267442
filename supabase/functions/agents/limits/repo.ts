import { type Db, rows } from "../../_shared/db.ts";
import { Usage } from "./schema.ts";

/** What the caller's runs spend now, and have spent of the day's CPU time. */
export async function findUsage(db: Db): Promise<Usage> {
  return Usage.parse(rows(await db.rpc("my_usage")));
}
