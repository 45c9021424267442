import { type Db, first, rows } from "../../_shared/db.ts";
import { Expired, Policy, type Round } from "./schema.ts";

const COLUMNS = "kind, keep_days, min_days, max_days, updated_at, updated_by";

/** For how long each kind of things is kept, by its name. */
export async function listPolicies(db: Db): Promise<Policy[]> {
  const reply = await db.from("retention").select(COLUMNS).order("kind").limit(100);
  return Policy.array().parse(rows(reply));
}

/** Sets for how many days things of a kind are kept, or `not_found`; null is for ever. */
export async function setPolicy(db: Db, kind: string, days: number | null): Promise<Policy> {
  const args = days === null ? { kind } : { kind, keep_days: days };
  return Policy.parse(first(await db.rpc("set_retention", args)));
}

/** Removes what is too old, so much of it as is done in five seconds, or counts it. */
export async function expire(db: Db, round: Round): Promise<Expired> {
  return Expired.parse(rows(await db.rpc("run_retention", round)));
}
