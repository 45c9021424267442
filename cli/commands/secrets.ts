import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CloisterClient, Secret } from "../../sdk/mod.ts";
import { type Cli, clientOf, COMMON, type Common, LIMIT, outputOf, textFlag } from "../cli.ts";
import { UsageError } from "../exit.ts";
import { parseName } from "../names.ts";

interface ListFlags extends Common {
  readonly limit: number;
}

async function list(this: Cli, flags: ListFlags): Promise<void> {
  const out = outputOf(this, flags);
  const secrets = await (await clientOf(this, flags)).secrets.list().take(flags.limit);
  if (out.json) return out.value(secrets);
  out.table(
    ["NAME", "AGENT", "HOSTS", "VERSION", "UPDATED", "LAST USED", "EXPIRES"],
    secrets.map((one) => [
      one.name,
      one.agent ?? "all",
      one.hosts.join(","),
      `${one.version}`,
      one.updated_at,
      one.last_used_at ?? "never",
      one.expires_at ?? "never",
    ]),
  );
}

interface SetFlags extends Common {
  readonly host: readonly string[];
  readonly agent?: string;
}

/** The value is typed, or comes from stdin: as an argument, every process here could read it. */
async function set(this: Cli, flags: SetFlags, name: string): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const found = await find(client, name, flags.agent);
  if (found === undefined && flags.host.length === 0) {
    throw new UsageError(`${name} is new: say which hosts it is for, with --host.`);
  }
  const { stdin, prompts } = this.world;
  const typed = stdin.terminal ? await prompts.secret(`Value of ${name}`) : await stdin.text();
  const value = typed.replace(/\r?\n$/, "");
  const hosts = [...flags.host];
  const secret = found === undefined
    ? await client.secrets.create({ name, value, hosts, agent: flags.agent })
    : await client.secrets.update(found.id, {
      value,
      hosts: hosts.length > 0 ? hosts : undefined,
    });
  if (out.json) return out.value(secret);
  out.print(`${secret.name}: version ${secret.version}, for ${secret.hosts.join(", ")}`);
}

async function remove(this: Cli, flags: Common & { agent?: string }, name: string) {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const found = await find(client, name, flags.agent);
  if (found === undefined) throw new UsageError(`You have no secret ${name} there.`);
  await client.secrets.remove(found.id);
  if (out.json) return out.value(found);
  out.print(`${name} is removed.`);
}

async function find(
  client: CloisterClient,
  name: string,
  agent: string | undefined,
): Promise<Secret | undefined> {
  for await (const secret of client.secrets.list()) {
    if (secret.name === name && (secret.agent ?? undefined) === agent) return secret;
  }
}

const NAME = { parse: parseName, brief: "Like API_TOKEN", placeholder: "name" } as const;
const agent = textFlag("The one agent that it is for", "agent");

/** `cloister secrets`. */
export const secretsRoutes = buildRouteMap({
  routes: {
    list: buildCommand<ListFlags, [], Cli>({
      func: list,
      parameters: { flags: { ...COMMON, limit: LIMIT }, aliases: { n: "limit" } },
      docs: { brief: "List your secrets, without their values" },
    }),
    set: buildCommand<SetFlags, [string], Cli>({
      func: set,
      parameters: {
        flags: {
          ...COMMON,
          host: {
            kind: "parsed",
            parse: parseName,
            variadic: ",",
            default: [],
            brief: "The only hosts that it is sent to",
            placeholder: "host",
          },
          agent,
        },
        positional: { kind: "tuple", parameters: [NAME] },
      },
      docs: { brief: "Keep a secret, or give it another value; typed, or from stdin" },
    }),
    remove: buildCommand<Common & { agent?: string }, [string], Cli>({
      func: remove,
      parameters: {
        flags: { ...COMMON, agent },
        positional: { kind: "tuple", parameters: [NAME] },
      },
      docs: { brief: "Remove a secret: what would send it fails from now on" },
    }),
  },
  docs: { brief: "Values that tools send for an agent, and no agent sees" },
});
