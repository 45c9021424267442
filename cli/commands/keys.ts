import { buildCommand, buildRouteMap } from "@stricli/core";
import type { NewKey } from "../../sdk/mod.ts";
import {
  AGENT_FLAG,
  type Cli,
  clientOf,
  COMMON,
  type Common,
  LIMIT,
  outputOf,
  wholeNumber,
} from "../cli.ts";
import { parseName } from "../names.ts";
import { oneLine } from "../text.ts";

const SCOPES = [
  "agents:read",
  "agents:write",
  "agents:execute",
  "agents:stream",
  "runs:cancel",
  "secrets:manage",
  "audit:read",
  "metrics:read",
  "admin",
] as const satisfies NewKey["scopes"];
const DAY_MS = 86_400_000;
const ID = { parse: parseName, brief: "The key, as key_…", placeholder: "key" } as const;

interface ListFlags extends Common {
  readonly limit: number;
}

async function list(this: Cli, flags: ListFlags): Promise<void> {
  const out = outputOf(this, flags);
  const keys = await (await clientOf(this, flags)).keys.list().take(flags.limit);
  if (out.json) return out.value(keys);
  out.table(
    ["KEY", "NAME", "SCOPES", "AGENT", "EXPIRES", "LAST USED", "REVOKED"],
    keys.map((key) => [
      key.id,
      key.name,
      key.scopes.join(","),
      key.agent ?? "all",
      key.expires_at ?? "never",
      key.last_used_at ?? "never",
      key.revoked_at ?? "",
    ]),
  );
}

interface CreateFlags extends Common {
  readonly scope: readonly (typeof SCOPES)[number][];
  readonly agent?: string;
  readonly days?: number;
}

/** Prints the key alone, so that it can be piped to where it belongs. */
async function create(this: Cli, flags: CreateFlags, name: string): Promise<void> {
  const out = outputOf(this, flags);
  const { agent, days, scope } = flags;
  const expires = days === undefined
    ? undefined
    : new Date(Date.now() + days * DAY_MS).toISOString();
  const key = await (await clientOf(this, flags)).keys.create({
    name,
    scopes: [...scope],
    agent,
    expires_at: expires,
  });
  if (out.json) return out.value(key);
  out.say(`${key.id} ${oneLine(key.name)}. The key is shown once:`);
  out.print(key.secret);
}

interface RotateFlags extends Common {
  readonly overlap?: number;
}

async function rotate(this: Cli, flags: RotateFlags, id: string): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const key = await client.keys.rotate(id, { overlap_s: flags.overlap });
  if (out.json) return out.value(key);
  out.say(`${key.id} takes the place of ${id}. The key is shown once:`);
  out.print(key.secret);
}

async function revoke(this: Cli, flags: Common, id: string): Promise<void> {
  const out = outputOf(this, flags);
  const key = await (await clientOf(this, flags)).keys.revoke(id);
  if (out.json) return out.value(key);
  out.print(`${key.id} is revoked.`);
}

const days = {
  kind: "parsed",
  parse: (text: string) => wholeNumber(text, 365),
  optional: true,
  brief: "How many days it is good for",
  placeholder: "n",
} as const;

/** `cloister keys`. */
export const keysRoutes = buildRouteMap({
  routes: {
    list: buildCommand<ListFlags, [], Cli>({
      func: list,
      parameters: { flags: { ...COMMON, limit: LIMIT }, aliases: { n: "limit" } },
      docs: { brief: "List your API keys, without their secrets" },
    }),
    create: buildCommand<CreateFlags, [string], Cli>({
      func: create,
      parameters: {
        flags: {
          ...COMMON,
          scope: {
            kind: "enum",
            values: SCOPES,
            variadic: ",",
            brief: "What it may do, and no more than you may, with commas between",
          },
          agent: { ...AGENT_FLAG, brief: "The one agent that it is good for" },
          days,
        },
        positional: {
          kind: "tuple",
          parameters: [{ parse: String, brief: "What it is for", placeholder: "name" }],
        },
      },
      docs: { brief: "Make an API key, and print it, once" },
    }),
    rotate: buildCommand<RotateFlags, [string], Cli>({
      func: rotate,
      parameters: {
        flags: {
          ...COMMON,
          overlap: {
            kind: "parsed",
            parse: (text: string) => wholeNumber(text, 604_800),
            optional: true,
            brief: "Seconds that the old key stays good; a day if left out",
            placeholder: "s",
          },
        },
        positional: { kind: "tuple", parameters: [ID] },
      },
      docs: { brief: "Make a key's successor, and print it, once" },
    }),
    revoke: buildCommand<Common, [string], Cli>({
      func: revoke,
      parameters: { flags: COMMON, positional: { kind: "tuple", parameters: [ID] } },
      docs: { brief: "Revoke a key, at once and for good" },
    }),
  },
  docs: { brief: "API keys, for programs" },
});
