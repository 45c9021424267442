import { type Db, first, one, rows } from "../../_shared/db.ts";
import type { PreparedVersion } from "../versions/prepare.ts";
import { Agent, type AgentName, type AgentPatch, type AgentQuery, AgentRow } from "./schema.ts";

const COLUMNS = "id, name, description, state, current_version, created_at, updated_at";

/** Whose agents, and which stretch of them: newest first, after an agent's id. */
export interface AgentPage {
  ownerId: string;
  state: AgentQuery["state"];
  limit: number;
  after: string | undefined;
}

/** The owner's agents, newest first. */
export async function listAgents(db: Db, page: AgentPage): Promise<Agent[]> {
  let query = db.from("agents").select(COLUMNS).eq("owner_id", page.ownerId);
  if (page.state !== undefined) query = query.eq("state", page.state);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return AgentRow.array().parse(rows(reply));
}

/** The owner's agent of that name, or `not_found`. */
export async function findAgent(db: Db, ownerId: string, name: AgentName): Promise<Agent> {
  const reply = await db.from("agents").select(COLUMNS)
    .eq("owner_id", ownerId).eq("name", name).maybeSingle();
  return AgentRow.parse(one(reply));
}

/** Creates the agent and its first version in one transaction, or neither. */
export async function insertAgent(
  db: Db,
  { name, description, ...version }: PreparedVersion & { name: AgentName; description: string },
): Promise<Agent> {
  return AgentRow.parse(first(await db.rpc("create_agent", { name, description, ...version })));
}

/** Renames or redescribes an agent. */
export async function updateAgent(db: Db, name: AgentName, patch: AgentPatch): Promise<Agent> {
  const reply = await db.rpc("update_agent", {
    name,
    ...(patch.name !== undefined && { new_name: patch.name }),
    ...(patch.description !== undefined && { description: patch.description }),
  });
  return AgentRow.parse(first(reply));
}

/** Archives an agent, which keeps all of it and starts no run of it, or takes it back. */
export async function setArchived(db: Db, name: AgentName, archived: boolean): Promise<Agent> {
  return AgentRow.parse(first(await db.rpc("set_agent_archived", { name, archived })));
}

/** Makes one of the agent's versions the one that runs. */
export async function publishVersion(db: Db, name: AgentName, version: number): Promise<Agent> {
  return AgentRow.parse(first(await db.rpc("publish_version", { agent_name: name, version })));
}

/** Deletes an agent with its versions; `agent_busy` while a run of it goes on. */
export async function removeAgent(db: Db, name: AgentName): Promise<void> {
  rows(await db.rpc("delete_agent", { name }));
}
