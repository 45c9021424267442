import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, ByName } from "../agents/schema.ts";
import { listRuns } from "./repo.ts";
import { RunId, RunQuery, RunSummary } from "./schema.ts";

/** Run history: what an agent did. */
export const runs: readonly Route[] = [
  route({
    method: "get",
    path: "/:name/runs",
    summary: "List an agent's runs, newest first",
    accept: z.object({ params: ByName, query: RunQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(RunSummary),
    faults: ["invalid_cursor"],
  }, async ({ params: { name }, query }, { db, caller: { userId }, platform }) => {
    const agent = await findAgent(db, userId, name);
    const agentId = AgentId.parse(agent.id);
    return paginate(platform.cursors, query, {
      list: `runs/${agent.id}`,
      user: userId,
      key: (run: RunSummary) => RunId.parse(run.id),
      fetch: (page) => listRuns(db, { agentId, status: query.status, ...page }),
    });
  }),
];
