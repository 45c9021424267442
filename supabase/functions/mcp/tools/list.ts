import { paginate } from "../../_shared/page.ts";
import type { Call } from "../../_shared/route.ts";
import { toolOf } from "./agents.ts";
import { agentTools, runTools } from "./manage.ts";
import { listPublished } from "./repo.ts";
import { runAgent } from "./run.ts";
import type { Tool } from "./tool.ts";

/** The tools that everybody has. */
export const OWN: readonly Tool[] = [...agentTools, runAgent, ...runTools];

const PAGE = 50;

/**
 * A page of the tools that a caller may use: ours first, then one for each of their agents. Throws
 * `invalid_cursor`.
 */
export async function listTools(
  { db, caller: { userId }, access, platform }: Call,
  cursor: string | undefined,
): Promise<{ tools: Tool[]; nextCursor?: string }> {
  const page = await paginate(platform.cursors, {
    limit: PAGE,
    ...(cursor !== undefined && { cursor }),
  }, {
    list: "mcp/tools",
    user: userId,
    fetch: (stretch) => listPublished(db, { ownerId: userId, ...stretch }),
    key: ({ id }) => id,
  });
  const own = cursor === undefined ? OWN : [];
  const tools = [...own, ...await Promise.all(page.data.map(toolOf))];
  return {
    tools: tools.filter(({ needs }) => access.permissions.includes(needs)),
    ...(page.next_cursor !== null && { nextCursor: page.next_cursor }),
  };
}
