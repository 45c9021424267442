import { sha256 } from "../../_shared/prepared.ts";

/** Clients take no longer names than this. */
const MAX_CHARS = 64;
const PREFIX = "agent_";
const HASH_CHARS = 16;
const KEPT_CHARS = MAX_CHARS - PREFIX.length - "_H".length - HASH_CHARS;

/** What a tool's name says of the agent behind it. */
export type Named = { agent: string } | { agentsLike: string };

/**
 * The name of an agent's own tool. No tool of ours begins like it. An agent's name that is too long
 * is cut and has its hash behind an `H`, which no agent's name can contain: no two agents share one.
 */
export async function toolNameOf(agent: string): Promise<string> {
  const name = PREFIX + agent;
  if (name.length <= MAX_CHARS) return name;
  const hash = (await sha256(agent)).slice(0, HASH_CHARS);
  return `${PREFIX}${agent.slice(0, KEPT_CHARS)}_H${hash}`;
}

/** The agent that a tool's name names, or how its name begins; undefined for other tools. */
export function agentNamed(tool: string): Named | undefined {
  if (!tool.startsWith(PREFIX) || tool.length > MAX_CHARS) return undefined;
  const name = tool.slice(PREFIX.length);
  if (/^[a-z][a-z0-9_-]*$/.test(name)) return { agent: name };
  const [, start] = new RegExp(`^([a-z][a-z0-9_-]{${KEPT_CHARS - 1}})_H[0-9a-f]{16}$`).exec(name) ??
    [];
  return start === undefined ? undefined : { agentsLike: start };
}
