import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { prepareVersion } from "../versions/prepare.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";

const { Agent, AgentId, AgentPatch, AgentQuery, ByName, CreatedAgent, NewAgent, Publication } =
  schema;

/** Agents: what a user keeps here. */
export const agents: readonly Route[] = [
  route({
    method: "get",
    path: "/",
    summary: "List your agents, newest first",
    accept: z.object({ query: AgentQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(Agent),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) => {
    const ownerId = caller.userId;
    return paginate(platform.cursors, query, {
      list: "agents",
      user: ownerId,
      key: (agent: schema.Agent) => AgentId.parse(agent.id),
      fetch: (page) => repo.listAgents(db, { ownerId, state: query.state, ...page }),
    });
  }),
  route({
    method: "post",
    path: "/",
    summary: "Create an agent with its first version",
    accept: z.object({ body: NewAgent }),
    needs: "agents:write",
    budget: "write",
    status: 201,
    reply: CreatedAgent,
    faults: ["invalid_source", "invalid_input_schema", "name_taken", "too_many_agents"],
  }, async ({ body: { name, description, ...draft } }, { db, reply, platform }) => {
    const { version, findings } = await prepareVersion(draft, platform.prepared);
    const agent = await repo.insertAgent(db, { name, description, ...version });
    reply("location", `/functions/v1/agents/${agent.name}`);
    return { ...agent, findings };
  }),
  route({
    method: "get",
    path: "/:name",
    summary: "Get an agent",
    accept: z.object({ params: ByName }),
    needs: "agents:read",
    budget: "read",
    reply: Agent,
  }, ({ params }, { db, caller }) => repo.findAgent(db, caller.userId, params.name)),
  route({
    method: "patch",
    path: "/:name",
    summary: "Rename or redescribe an agent",
    accept: z.object({ params: ByName, body: AgentPatch }),
    needs: "agents:write",
    budget: "write",
    reply: Agent,
    faults: ["name_taken"],
  }, ({ params, body }, { db }) => repo.updateAgent(db, params.name, body)),
  route({
    method: "delete",
    path: "/:name",
    summary: "Delete an agent with its versions; its runs stay readable",
    accept: z.object({ params: ByName }),
    needs: "agents:write",
    budget: "write",
    status: 204,
    faults: ["agent_busy", "agent_quarantined", "held"],
  }, ({ params }, { db }) => repo.removeAgent(db, params.name)),
  route({
    method: "post",
    path: "/:name/archive",
    summary: "Archive an agent: it is kept, and no run of it starts",
    accept: z.object({ params: ByName }),
    needs: "agents:write",
    budget: "write",
    reply: Agent,
    faults: ["agent_quarantined"],
  }, ({ params }, { db }) => repo.setArchived(db, params.name, true)),
  route({
    method: "post",
    path: "/:name/restore",
    summary: "Take an agent back from the archive",
    accept: z.object({ params: ByName }),
    needs: "agents:write",
    budget: "write",
    reply: Agent,
    faults: ["agent_quarantined"],
  }, ({ params }, { db }) => repo.setArchived(db, params.name, false)),
  route({
    method: "post",
    path: "/:name/publish",
    summary: "Publish a version, or roll back to an older one",
    accept: z.object({ params: ByName, body: Publication }),
    needs: "agents:write",
    budget: "write",
    reply: Agent,
    faults: ["version_unapproved"],
  }, ({ params, body }, { db }) => repo.publishVersion(db, params.name, body.version)),
];
