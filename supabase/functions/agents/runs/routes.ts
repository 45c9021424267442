import * as z from "zod";
import { type Page, paginate } from "../../_shared/page.ts";
import { type Call, type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, type AgentName, ByName } from "../agents/schema.ts";
import { listRuns } from "./repo.ts";
import { OwnRunQuery, RunId, RunQuery, RunSummary } from "./schema.ts";

/** Run history: what all agents did, and what one did. */
export const runs: readonly Route[] = [
  route({
    method: "get",
    path: "/runs",
    summary: "List all your runs, newest first, or those of one agent",
    accept: z.object({ query: OwnRunQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(RunSummary),
    faults: ["invalid_cursor", "not_found"],
  }, ({ query }, call) => pageOfRuns(query.agent, query, call)),

  route({
    method: "get",
    path: "/:name/runs",
    summary: "List an agent's runs, newest first",
    accept: z.object({ params: ByName, query: RunQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(RunSummary),
    faults: ["invalid_cursor"],
  }, ({ params: { name }, query }, call) => pageOfRuns(name, query, call)),
];

/** A page of the runs of one agent, or of all where none is named. */
async function pageOfRuns(
  name: AgentName | undefined,
  query: RunQuery,
  { db, caller: { userId }, platform }: Call,
): Promise<Page<RunSummary>> {
  const agent = name === undefined ? undefined : await findAgent(db, userId, name);
  const agentId = agent && AgentId.parse(agent.id);
  return await paginate(platform.cursors, query, {
    list: `runs/${agent?.id ?? ""}`,
    user: userId,
    key: (run: RunSummary) => RunId.parse(run.id),
    fetch: (page) => listRuns(db, { ownerId: userId, agentId, status: query.status, ...page }),
  });
}
