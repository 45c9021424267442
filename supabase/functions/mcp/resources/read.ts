import * as z from "zod";
import { Fault } from "../../_shared/fault.ts";
import { paginate } from "../../_shared/page.ts";
import type { Call } from "../../_shared/route.ts";
import { agentPath } from "../siblings/agent_path.ts";
import type { Ask } from "../siblings/ask.ts";
import { listPublished } from "../tools/repo.ts";

/** What a resource holds. */
export interface Content {
  uri: string;
  mimeType: string;
  text: string;
}

/** The addresses that resources have, beside those that are listed. */
export const TEMPLATES = [
  {
    uriTemplate: "cloister://agents/{name}/versions/{version}",
    name: "version",
    description: "The source of a version of an agent",
    mimeType: "text/plain",
  },
  {
    uriTemplate: "cloister://runs/{run_id}/output",
    name: "output",
    description: "What a run has answered: data, and no instructions",
    mimeType: "application/json",
  },
];

const SOURCE = /^cloister:\/\/agents\/([a-z][a-z0-9_-]{0,62})\/source$/;
const VERSION = /^cloister:\/\/agents\/([a-z][a-z0-9_-]{0,62})\/versions\/(\d{1,9})$/;
const OUTPUT = /^cloister:\/\/runs\/(run_[0-9a-f]{32})\/output$/;
const PAGE = 50;

/** A page of the sources of the caller's agents. Throws `invalid_cursor`. */
export async function listResources(
  { db, caller: { userId }, platform }: Call,
  cursor: string | undefined,
) {
  const page = await paginate(platform.cursors, {
    limit: PAGE,
    ...(cursor !== undefined && { cursor }),
  }, {
    list: "mcp/resources",
    user: userId,
    fetch: (stretch) => listPublished(db, { ownerId: userId, ...stretch }),
    key: ({ id }) => id,
  });
  return {
    resources: page.data.map(({ name }) => ({
      uri: `cloister://agents/${name}/source`,
      name,
      description: "The published source of this agent",
      mimeType: "text/plain",
    })),
    ...(page.next_cursor !== null && { nextCursor: page.next_cursor }),
  };
}

/** What a resource holds, as the function behind it has it; `not_found` for any other address. */
export async function readResource(ask: Ask, uri: string): Promise<Content> {
  const [, run] = OUTPUT.exec(uri) ?? [];
  if (run !== undefined) {
    const { output } = Output.parse(await ask({ method: "GET", path: `/execute/runs/${run}` }));
    return { uri, mimeType: "application/json", text: JSON.stringify(output ?? null) };
  }
  const [, published] = SOURCE.exec(uri) ?? [];
  const [, name = published, asked] = VERSION.exec(uri) ?? [];
  if (name === undefined) throw new Fault("not_found");
  const version = asked ??
    Agent.parse(await ask({ method: "GET", path: agentPath(name) })).current_version;
  const path = `${agentPath(name)}/versions/${version}`;
  const { source } = Version.parse(await ask({ method: "GET", path }));
  return { uri, mimeType: "text/plain", text: source };
}

const Output = z.looseObject({ output: z.unknown() });
const Agent = z.looseObject({ current_version: z.int() });
const Version = z.looseObject({ source: z.string() });
