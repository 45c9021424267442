import { type Db, type Reply, rows } from "../../_shared/db.ts";
import { Collected } from "../../_shared/metrics/schema.ts";

/** All metrics as they are, for whoever may read them. */
export async function readMetrics(db: Db): Promise<Collected> {
  return Collected.parse(rows(await db.rpc("read_metrics")));
}

/** What the service was told, parsed. */
export function parseMetrics(reply: Reply<unknown>): Collected {
  return Collected.parse(rows(reply));
}
