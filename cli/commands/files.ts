import { buildCommand, buildRouteMap } from "@stricli/core";
import { Buffer } from "node:buffer";
import * as path from "node:path";
import {
  AGENT_FLAG,
  agentOf,
  type Cli,
  clientOf,
  COMMON,
  type Common,
  LIMIT,
  optionalName,
  outputOf,
  textFlag,
} from "../cli.ts";
import { readNamed, writeNamed } from "../disk.ts";
import { UsageError } from "../exit.ts";
import { parsePath } from "../names.ts";
import { oneLine, plain } from "../text.ts";

interface OfAgent extends Common {
  readonly agent?: string;
}

interface ListFlags extends OfAgent {
  readonly limit: number;
}

async function list(this: Cli, flags: ListFlags, prefix?: string): Promise<void> {
  const out = outputOf(this, flags);
  const agent = await agentOf(this, flags.agent);
  const files = await (await clientOf(this, flags)).agents.files.list(agent, prefix)
    .take(flags.limit);
  if (out.json) return out.value(files);
  out.table(
    ["PATH", "BYTES", "TYPE", "MODIFIED"],
    files.map((file) => [file.path, `${file.size}`, file.type, file.modified_at]),
  );
}

interface GetFlags extends OfAgent {
  readonly output?: string;
}

async function get(this: Cli, flags: GetFlags, from: string): Promise<void> {
  const out = outputOf(this, flags);
  const agent = await agentOf(this, flags.agent);
  const response = await (await clientOf(this, flags)).agents.files.read(agent, from);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (flags.output !== undefined) {
    const file = await writeNamed(this.world, flags.output, bytes);
    return out.json ? out.value({ file, bytes: bytes.length }) : out.say(`Wrote ${file}.`);
  }
  if (out.json) return out.value({ path: from, bytes: bytes.length, ...contentOf(bytes) });
  const { stdout } = this.world;
  if (!stdout.terminal) return stdout.write(bytes);
  if (bytes.includes(0)) throw new UsageError("That is no text: say --output <file>.");
  stdout.write(plain(new TextDecoder().decode(bytes)));
}

/** A file as JSON can hold it: what is no text as Base64. */
function contentOf(bytes: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}

async function put(this: Cli, flags: OfAgent, from: string, to?: string): Promise<void> {
  const out = outputOf(this, flags);
  const agent = await agentOf(this, flags.agent);
  const bytes = await readNamed(this.world, from);
  const client = await clientOf(this, flags);
  const target = to ?? path.basename(path.resolve(this.world.cwd, from));
  const file = await client.agents.files.write(agent, target, bytes);
  if (out.json) return out.value(file);
  out.print(oneLine(`${file.path}: ${file.size} bytes, ${file.type}`));
}

async function remove(this: Cli, flags: OfAgent, file: string): Promise<void> {
  const out = outputOf(this, flags);
  const agent = await agentOf(this, flags.agent);
  await (await clientOf(this, flags)).agents.files.remove(agent, file);
  if (out.json) return out.value({ path: file });
  out.print(oneLine(`${file} is removed.`));
}

const PATH = { parse: parsePath, brief: "The file in the workspace", placeholder: "path" } as const;

/** `cloister files`. */
export const filesRoutes = buildRouteMap({
  routes: {
    list: buildCommand<ListFlags, [string?], Cli>({
      func: list,
      parameters: {
        flags: { ...COMMON, agent: AGENT_FLAG, limit: LIMIT },
        aliases: { a: "agent", n: "limit" },
        positional: {
          kind: "tuple",
          parameters: [optionalName("What paths begin with", "prefix")],
        },
      },
      docs: { brief: "List what an agent keeps" },
    }),
    get: buildCommand<GetFlags, [string], Cli>({
      func: get,
      parameters: {
        flags: { ...COMMON, agent: AGENT_FLAG, output: textFlag("Where to write it", "file") },
        aliases: { a: "agent", o: "output" },
        positional: { kind: "tuple", parameters: [PATH] },
      },
      docs: { brief: "Print a file, or write it here with --output" },
    }),
    put: buildCommand<OfAgent, [string, string?], Cli>({
      func: put,
      parameters: {
        flags: { ...COMMON, agent: AGENT_FLAG },
        aliases: { a: "agent" },
        positional: {
          kind: "tuple",
          parameters: [
            { parse: String, brief: "A file here", placeholder: "file" },
            {
              ...optionalName("Where in the workspace; by its name", "path"),
              parse: parsePath,
            },
          ],
        },
      },
      docs: { brief: "Upload a file" },
    }),
    remove: buildCommand<OfAgent, [string], Cli>({
      func: remove,
      parameters: {
        flags: { ...COMMON, agent: AGENT_FLAG },
        aliases: { a: "agent" },
        positional: { kind: "tuple", parameters: [PATH] },
      },
      docs: { brief: "Remove a file" },
    }),
  },
  docs: { brief: "The workspace of an agent" },
});
