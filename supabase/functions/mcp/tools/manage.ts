import * as z from "zod";
import { RUN_STATUSES, runId } from "../../_shared/run/schema.ts";
import { Name } from "../../_shared/schema.ts";
import { agentPath } from "../siblings/agent_path.ts";
import { passOn, READS, type Tool } from "./tool.ts";

const ByName = z.strictObject({ name: Name.describe("The agent's name") });
const RunId = runId.wire.describe("A run's id: run_…");
const Version = z.int().positive();
const Paging = {
  limit: z.int().min(1).max(100).optional().describe("Items on a page; 20 if left out"),
  cursor: z.string().max(512).optional().describe("`next_cursor` of the page before"),
};
/** What a version is made of. The agents function looks into it. */
const Draft = {
  source: z.string().min(1).describe(
    "An ES module whose default export is `(input, ctx) => output`; it may be async",
  ),
  language: z.enum(["typescript", "javascript"]).optional(),
  input_schema: z.record(z.string(), z.unknown()).nullable().optional()
    .describe("JSON Schema of the input (a part of draft 2020-12)"),
  policy: z.record(z.string(), z.unknown()).optional()
    .describe("What the agent may use: nothing if left out. What is new needs a person's approval"),
};

/** Tools over agents and their versions. Long because it is a table: one entry a tool. */
export const agentTools: readonly Tool[] = [
  passOn({
    name: "list_agents",
    title: "List agents",
    description: "Lists your agents, newest first.",
    needs: "agents:read",
    args: z.strictObject({
      state: z.enum(["active", "archived", "quarantined"]).optional(),
      ...Paging,
    }),
    hints: READS,
  }, (query) => ({ method: "GET", path: "/agents", query })),
  passOn({
    name: "get_agent",
    title: "Get an agent",
    description: "Tells an agent's description, its state and which version is published.",
    needs: "agents:read",
    args: ByName,
    hints: READS,
  }, ({ name }) => ({ method: "GET", path: agentPath(name) })),
  passOn({
    name: "create_agent",
    title: "Create an agent",
    description: "Creates an agent with its first version. Findings of the check come with it.",
    needs: "agents:write",
    args: z.strictObject({
      name: Name,
      description: z.string().max(2_000).optional(),
      ...Draft,
    }),
    hints: { destructiveHint: false },
  }, (body) => ({ method: "POST", path: "/agents", body })),
  passOn({
    name: "list_versions",
    title: "List an agent's versions",
    description: "Lists an agent's versions, newest first.",
    needs: "agents:read",
    args: ByName.extend(Paging),
    hints: READS,
  }, ({ name, ...query }) => ({ method: "GET", path: `${agentPath(name)}/versions`, query })),
  passOn({
    name: "get_version",
    title: "Get a version",
    description: "Tells a version's source, input schema, policy and findings.",
    needs: "agents:read",
    args: ByName.extend({ version: Version }),
    hints: READS,
  }, ({ name, version }) => ({ method: "GET", path: `${agentPath(name)}/versions/${version}` })),
  passOn({
    name: "create_version",
    title: "Add a version",
    description: "Adds a version to an agent and publishes it, unless `publish` is false or a " +
      "person has to approve what it is granted.",
    needs: "agents:write",
    args: ByName.extend({ ...Draft, publish: z.boolean().optional() }),
    hints: { destructiveHint: false },
  }, ({ name, ...body }) => ({ method: "POST", path: `${agentPath(name)}/versions`, body })),
  passOn({
    name: "publish_version",
    title: "Publish a version",
    description: "Makes a version the one that runs: a newer one, or an older one to roll back to.",
    needs: "agents:write",
    args: ByName.extend({ version: Version }),
    hints: { idempotentHint: true },
  }, ({ name, ...body }) => ({ method: "POST", path: `${agentPath(name)}/publish`, body })),
];

/** Tools over runs that were started already. */
export const runTools: readonly Tool[] = [
  passOn({
    name: "get_run",
    title: "Get a run",
    description: "Tells a run's status, output, error and what it spent.",
    needs: "agents:read",
    args: z.strictObject({ run_id: RunId }),
    hints: READS,
  }, ({ run_id }) => ({ method: "GET", path: `/execute/runs/${run_id}` })),
  passOn({
    name: "list_runs",
    title: "List runs",
    description: "Lists your runs, newest first.",
    needs: "agents:read",
    args: z.strictObject({
      agent: Name.optional(),
      status: z.enum(RUN_STATUSES).optional(),
      ...Paging,
    }),
    hints: READS,
  }, (query) => ({ method: "GET", path: "/agents/runs", query })),
  passOn({
    name: "get_run_events",
    title: "Get a run's events",
    description: "Tells what happened in a run, in order, at most 500 events: its log among them.",
    needs: "agents:read",
    args: z.strictObject({
      run_id: RunId,
      after: z.int().min(0).optional().describe("The last `seq` that is known already"),
    }),
    hints: READS,
  }, ({ run_id, ...query }) => ({
    method: "GET",
    path: `/execute/runs/${run_id}/events`,
    query,
  })),
  passOn({
    name: "cancel_run",
    title: "Cancel a run",
    description: "Asks a run to stop. One that has ended stays as it is.",
    needs: "runs:cancel",
    args: z.strictObject({ run_id: RunId }),
    hints: { idempotentHint: true },
  }, ({ run_id }) => ({ method: "POST", path: `/execute/runs/${run_id}/cancel` })),
  passOn({
    name: "get_limits",
    title: "Get your limits",
    description: "Tells what you may spend, and what is left of it.",
    needs: "agents:read",
    args: z.strictObject({}),
    hints: READS,
  }, () => ({ method: "GET", path: "/agents/limits" })),
];
