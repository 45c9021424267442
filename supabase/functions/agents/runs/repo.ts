import { type Db, rows } from "../../_shared/db.ts";
import { type RunQuery, type RunSummary, RunSummaryRow } from "./schema.ts";

const COLUMNS = "id, version, status, engine, created_at, ended_at";

/** Which agent, and which stretch of its runs: newest first, after a run's id. */
export interface RunPage {
  agentId: string;
  status: RunQuery["status"];
  limit: number;
  after: string | undefined;
}

/** An agent's runs, newest first. */
export async function listRuns(db: Db, page: RunPage): Promise<RunSummary[]> {
  let query = db.from("runs").select(COLUMNS).eq("agent_id", page.agentId);
  if (page.status !== undefined) query = query.eq("status", page.status);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return RunSummaryRow.array().parse(rows(reply));
}
