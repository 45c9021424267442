import { buildCommand, buildRouteMap } from "@stricli/core";
import type { Agent, CloisterClient } from "../../sdk/mod.ts";
import {
  AGENT,
  agentOf,
  type Cli,
  clientOf,
  COMMON,
  type Common,
  confirm,
  LIMIT,
  outputOf,
  switchFlag,
} from "../cli.ts";
import { parseName } from "../names.ts";

const STATES = ["active", "archived", "quarantined"] as const satisfies Agent["state"][];

interface ListFlags extends Common {
  readonly limit: number;
  readonly state?: Agent["state"];
}

async function list(this: Cli, flags: ListFlags): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const agents = await client.agents.list({ state: flags.state }).take(flags.limit);
  if (out.json) return out.value(agents);
  out.table(
    ["AGENT", "STATE", "VERSION", "UPDATED", "DESCRIPTION"],
    agents.map((agent) => [
      agent.name,
      agent.state,
      `${agent.current_version}`,
      agent.updated_at,
      agent.description,
    ]),
  );
}

interface RemoveFlags extends Common {
  readonly yes: boolean;
}

async function remove(this: Cli, flags: RemoveFlags, name: string): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  await confirm(this, flags.yes, `Delete ${name} with its versions, files and history?`);
  await client.agents.remove(name);
  if (out.json) return out.value({ name });
  out.print(`${name} is deleted.`);
}

/** A command that puts an agent into another state. */
function change(brief: string, act: (client: CloisterClient, name: string) => Promise<Agent>) {
  return buildCommand<Common, [string?], Cli>({
    async func(flags, named) {
      const out = outputOf(this, flags);
      const agent = await act(await clientOf(this, flags), await agentOf(this, named));
      if (out.json) out.value(agent);
      else out.print(`${agent.name} is ${agent.state}.`);
    },
    parameters: { flags: COMMON, positional: { kind: "tuple", parameters: [AGENT] } },
    docs: { brief },
  });
}

/** `cloister agents`. */
export const agentsRoutes = buildRouteMap({
  routes: {
    list: buildCommand<ListFlags, [], Cli>({
      func: list,
      parameters: {
        flags: {
          ...COMMON,
          limit: LIMIT,
          state: { kind: "enum", values: STATES, optional: true, brief: "Only those" },
        },
        aliases: { n: "limit" },
      },
      docs: { brief: "List your agents, newest first" },
    }),
    archive: change(
      "Shelve an agent: nothing runs it",
      (client, name) => client.agents.archive(name),
    ),
    restore: change("Take an archived agent back", (client, name) => client.agents.restore(name)),
    remove: buildCommand<RemoveFlags, [string], Cli>({
      func: remove,
      parameters: {
        flags: { ...COMMON, yes: switchFlag("Do not ask") },
        aliases: { y: "yes" },
        positional: {
          kind: "tuple",
          parameters: [{
            parse: parseName,
            brief: "The agent; always named",
            placeholder: "agent",
            proposeCompletions: AGENT.proposeCompletions,
          }],
        },
      },
      docs: { brief: "Delete an agent with its versions, files and history" },
    }),
  },
  docs: { brief: "Your agents as a whole" },
});
