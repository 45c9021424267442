import * as z from "zod";
import { Fault } from "../../_shared/fault.ts";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, ByName } from "../agents/schema.ts";
import { diffVersions } from "./diff.ts";
import { prepareVersion } from "./prepare.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";

const {
  ApprovalQuery,
  ByVersion,
  DiffQuery,
  NewVersion,
  Version,
  VersionDiff,
  VersionQuery,
  VersionSummary,
} = schema;

/** Versions: what an agent's source was at a time. */
export const versions: readonly Route[] = [
  route({
    method: "get",
    path: "/:name/versions",
    summary: "List an agent's versions, newest first",
    accept: z.object({ params: ByName, query: VersionQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(VersionSummary),
    faults: ["invalid_cursor"],
  }, async ({ params: { name }, query }, { db, caller: { userId }, platform }) => {
    const agent = await findAgent(db, userId, name);
    const agentId = AgentId.parse(agent.id);
    return paginate(platform.cursors, query, {
      list: `versions/${agent.id}`,
      user: userId,
      key: ({ version }) => String(version),
      fetch: (page) => repo.listVersions(db, { agentId, ...page }),
    });
  }),
  route({
    method: "post",
    path: "/:name/versions",
    summary: "Add a version and publish it, unless a person has to approve it first",
    accept: z.object({ params: ByName, body: NewVersion }),
    needs: "agents:write",
    budget: "write",
    status: 201,
    reply: Version,
    faults: ["invalid_source", "invalid_input_schema", "too_many_versions"],
  }, async ({ params: { name }, body: { publish, ...draft } }, { db, platform }) => {
    const { version } = await prepareVersion(draft, platform.prepared);
    return repo.insertVersion(db, name, { ...version, publish });
  }),
  route({
    method: "get",
    path: "/:name/versions/:version",
    summary: "Get a version with its source",
    accept: z.object({ params: ByVersion }),
    needs: "agents:read",
    budget: "read",
    reply: Version,
  }, ({ params }, { db, caller }) => repo.findVersion(db, caller.userId, params)),
  route(
    {
      method: "post",
      path: "/:name/versions/:version/approve",
      summary: "Approve what a version is granted; for people, not for API keys",
      accept: z.object({ params: ByVersion, query: ApprovalQuery }),
      needs: "agents:write",
      budget: "write",
      reply: Version,
      faults: ["session_revoked", "agent_quarantined"],
    },
    ({ params, query }, { db }) =>
      repo.approveVersion(db, { ...params, policyHash: query.policy_hash }),
  ),
  route({
    method: "get",
    path: "/:name/versions/:version/diff",
    summary: "Compare a version with another",
    accept: z.object({ params: ByVersion, query: DiffQuery }),
    needs: "agents:read",
    budget: "read",
    reply: VersionDiff,
  }, async ({ params, query }, { db, caller: { userId } }) => {
    const against = query.against ?? params.version - 1;
    if (against < 1) throw new Fault("invalid_request", "Version 1 has none before it.");
    const [from, to] = await Promise.all([
      repo.findVersion(db, userId, { ...params, version: against }),
      repo.findVersion(db, userId, params),
    ]);
    return diffVersions(from, to);
  }),
];
