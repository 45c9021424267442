import { type Db, rows } from "../../_shared/db.ts";
import { RunUsageReport } from "./schema.ts";

/** Of which runs to tell: those of the last days of a time zone, of one agent or of all. */
export interface UsageSpan {
  days: number;
  timeZone: string;
  /** The agent's UUID. */
  agentId: string | undefined;
}

/** What came of the caller's runs; `invalid_request` where there is no such time zone. */
export async function findRunUsage(db: Db, span: UsageSpan): Promise<RunUsageReport> {
  const reply = await db.rpc("usage_by_day", {
    days: span.days,
    time_zone: span.timeZone,
    ...(span.agentId !== undefined && { agent_id: span.agentId }),
  });
  return RunUsageReport.parse(rows(reply));
}
