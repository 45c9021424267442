import { type Db, first, rows } from "../../_shared/db.ts";
import { type Runner, RunnerRow } from "./schema.ts";

const COLUMNS = "id, name, public_id, created_by, created_at, last_seen_at, revoked_at";

/** What the database keeps of a new runner: its public half, and the hash of its secret in hex. */
export interface RunnerMaterial {
  publicId: string;
  secretHash: string;
}

/** Runners, newest first, after a runner's id. */
export async function listRunners(
  db: Db,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<Runner[]> {
  let query = db.from("runners").select(COLUMNS);
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return RunnerRow.array().parse(rows(reply));
}

/** Makes a runner of this name. */
export async function insertRunner(
  db: Db,
  name: string,
  { publicId, secretHash }: RunnerMaterial,
): Promise<Runner> {
  const args = { name, public_id: publicId, secret_hash: secretHash };
  return RunnerRow.parse(first(await db.rpc("create_runner", args)));
}

/** Ends a runner's rights; one that is revoked already stays so. */
export async function revokeRunner(db: Db, id: string): Promise<Runner> {
  return RunnerRow.parse(first(await db.rpc("revoke_runner", { runner_id: id })));
}
