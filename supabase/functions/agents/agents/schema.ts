import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { Name, PageQuery, RESERVED_NAMES, text, Timestamp } from "../../_shared/schema.ts";
import { Finding, NewVersion } from "../versions/schema.ts";

const agentId = prefixedId("agent");

/** The id of an agent, as callers see it. */
export const AgentId = agentId.param;

/** The name of an agent: unique among its owner's. */
export const AgentName = Name;
export type AgentName = z.infer<typeof AgentName>;

/** A name that an agent may take: one whose address would not be another route's. */
const FreeName = AgentName
  .refine((name) => !RESERVED_NAMES.includes(name), "is not free for agents");

/** The path parameter that names one of the caller's agents. */
export const ByName = z.object({ name: AgentName });

const Description = text(2_000);
const AgentState = z.enum(["active", "archived", "quarantined"]);

/** What a caller sends for a new agent. Strict: an unknown field is a mistake worth hearing about. */
export const NewAgent = NewVersion.omit({ publish: true }).extend({
  name: FreeName,
  description: Description.default(""),
}).meta({ id: "NewAgent" });
export type NewAgent = z.infer<typeof NewAgent>;

/** What of an agent can be changed without a new version. */
export const AgentPatch = z.strictObject({
  name: FreeName.optional(),
  description: Description.optional(),
}).refine((patch) => Object.keys(patch).length > 0, "name or description is needed")
  .meta({ id: "AgentPatch" });
export type AgentPatch = z.infer<typeof AgentPatch>;

/** Which version to publish: a newer one, or an older one to roll back to. */
export const Publication = z.strictObject({ version: z.int().positive() })
  .meta({ id: "Publication" });

/** Which agents to list. */
export const AgentQuery = PageQuery.extend({ state: AgentState.optional() });
export type AgentQuery = z.infer<typeof AgentQuery>;

/** What a caller gets. */
export const Agent = z.object({
  id: agentId.wire,
  name: AgentName,
  description: Description,
  state: AgentState,
  current_version: z.int().positive(),
  created_at: Timestamp,
  updated_at: Timestamp,
}).meta({ id: "Agent" });
export type Agent = z.infer<typeof Agent>;

/** What a caller gets who just sent source: the agent, and what its check remarked. */
export const CreatedAgent = Agent.extend({ findings: z.array(Finding).max(200) })
  .meta({ id: "CreatedAgent" });

/** What a row must be for us to serve it. */
export const AgentRow = Agent.extend({ id: z.uuid() })
  .transform((row): Agent => ({ ...row, id: agentId.of(row.id) }));
