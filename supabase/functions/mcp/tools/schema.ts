import * as z from "zod";
import { InputSchema } from "../../_shared/input_schema.ts";

/** An agent that runs, as its own tool is made from it. */
export interface Published {
  id: string;
  name: string;
  description: string;
  /** Null where it takes anything. */
  input_schema: InputSchema | null;
}

/** The columns of agents and of their versions that tools are made from. */
export const AGENT_COLUMNS = "id, name, description, current_version" as const;
/** See `AGENT_COLUMNS`. */
export const VERSION_COLUMNS = "agent_id, version, input_schema" as const;

/** What an agent's row must be for us to make a tool of it. */
export const AgentRow = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  current_version: z.int().positive(),
});
export type AgentRow = z.infer<typeof AgentRow>;

/** What a version's row must be: one that was written around the API may say anything. */
export const VersionRow = z.object({
  agent_id: z.uuid(),
  version: z.int().positive(),
  input_schema: InputSchema.nullable().catch(null),
});
