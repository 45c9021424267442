import { type Db, rows } from "../../_shared/db.ts";
import { AGENT_COLUMNS, AgentRow, type Published, VERSION_COLUMNS, VersionRow } from "./schema.ts";

/** How many names are asked for at once. */
const NAMES = 200;

/** Whose agents, and which stretch of them: newest first, after an agent's id. */
export interface PublishedPage {
  ownerId: string;
  limit: number;
  after: string | undefined;
}

/** The owner's active agents with what they take, newest first. */
export async function listPublished(
  db: Db,
  { ownerId, limit, after }: PublishedPage,
): Promise<Published[]> {
  let query = db.from("agents").select(AGENT_COLUMNS).eq("owner_id", ownerId).eq("state", "active");
  if (after !== undefined) query = query.lt("id", after);
  const reply = await query.order("id", { ascending: false }).limit(limit);
  return await withSchemas(db, AgentRow.array().parse(rows(reply)));
}

/** The owner's active agent of that name, or none. */
export async function findPublished(
  db: Db,
  ownerId: string,
  name: string,
): Promise<Published | undefined> {
  const reply = await db.from("agents").select(AGENT_COLUMNS)
    .eq("owner_id", ownerId).eq("state", "active").eq("name", name).limit(1);
  const [agent] = await withSchemas(db, AgentRow.array().parse(rows(reply)));
  return agent;
}

/** The names of the owner's active agents that begin so: all of them, asked for as they are needed. */
export async function* listNamesLike(
  db: Db,
  ownerId: string,
  start: string,
): AsyncGenerator<string> {
  const pattern = `${start.replaceAll("_", "\\_")}%`;
  for (let after = "";;) {
    const reply = await db.from("agents").select("name")
      .eq("owner_id", ownerId).eq("state", "active").like("name", pattern).gt("name", after)
      .order("name").limit(NAMES);
    const names = AgentRow.pick({ name: true }).array().parse(rows(reply)).map(({ name }) => name);
    yield* names;
    if (names.length < NAMES) return;
    after = names.at(-1) ?? after;
  }
}

/** One that has no version that can be read is left out. */
async function withSchemas(db: Db, agents: readonly AgentRow[]): Promise<Published[]> {
  if (agents.length === 0) return [];
  const current = agents.map(({ id, current_version }) =>
    `and(agent_id.eq.${id},version.eq.${current_version})`
  );
  const reply = await db.from("agent_versions").select(VERSION_COLUMNS)
    .or(current.join(",")).neq("approval", "needed");
  const versions = VersionRow.array().parse(rows(reply));
  return agents.flatMap(({ id, name, description }) => {
    const version = versions.find(({ agent_id }) => agent_id === id);
    return version ? [{ id, name, description, input_schema: version.input_schema }] : [];
  });
}
