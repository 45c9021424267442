import { type Db, rows } from "../../_shared/db.ts";
import { type RunQuery, type RunSummary, RunSummaryRow } from "./schema.ts";

const COLUMNS =
  "id, agent_name, version, status, trigger, engine, created_at, started_at, ended_at";

/** Whose runs, of one agent or of all, and which stretch of them: newest first, after a run's id. */
export interface RunPage {
  ownerId: string;
  agentId: string | undefined;
  status: RunQuery["status"];
  limit: number;
  after: string | undefined;
}

/** The owner's runs, newest first. */
export async function listRuns(db: Db, page: RunPage): Promise<RunSummary[]> {
  let query = db.from("runs").select(COLUMNS).eq("owner_id", page.ownerId);
  if (page.agentId !== undefined) query = query.eq("agent_id", page.agentId);
  if (page.status !== undefined) query = query.eq("status", page.status);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return RunSummaryRow.array().parse(rows(reply));
}
