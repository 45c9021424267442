import { type Db, rows } from "../../_shared/db.ts";
import {
  type DeadLetter,
  DeadLetterRow,
  QueueOverview,
  type Replay,
  ReplayedRow,
} from "./schema.ts";

/** How it stands with the queue. */
export async function readQueue(db: Db): Promise<QueueOverview> {
  return QueueOverview.parse(rows(await db.rpc("queue_overview")));
}

/** Dead letters, the newest run first, after a run. */
export async function listDead(
  db: Db,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<DeadLetter[]> {
  const args = { max: limit, ...(after !== undefined && { before: after }) };
  return DeadLetterRow.array().parse(rows(await db.rpc("list_dead_letters", args)));
}

/** Queues a dead letter anew, once: as its user, if they still may. */
export async function replayDead(db: Db, run: string): Promise<Replay> {
  return ReplayedRow.parse(rows(await db.rpc("replay_dead_letter", { run_id: run })));
}
