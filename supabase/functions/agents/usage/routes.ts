import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId } from "../agents/schema.ts";
import { findRunUsage } from "./repo.ts";
import { RunUsageReport, UsageQuery } from "./schema.ts";

/** Usage: what came of the caller's runs, counted. */
export const usage: readonly Route[] = [
  route({
    method: "get",
    path: "/usage",
    summary: "Count your runs by day, status and agent, with their times",
    accept: z.object({ query: UsageQuery }),
    needs: "agents:read",
    budget: "read",
    reply: RunUsageReport,
    faults: ["not_found"],
  }, async ({ query: { days, time_zone: timeZone, agent: name } }, { db, caller: { userId } }) => {
    const agent = name === undefined ? undefined : await findAgent(db, userId, name);
    return findRunUsage(db, { days, timeZone, agentId: agent && AgentId.parse(agent.id) });
  }),
];
