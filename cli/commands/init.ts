import { buildCommand } from "@stricli/core";
import { lstat, mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { AGENT_TYPES } from "../../sdk/authoring/agent_types.ts";
import { type Template, TEMPLATES } from "../../sdk/authoring/templates.ts";
import { type Cli, COMMON, type Common, optionalName, outputOf, textFlag } from "../cli.ts";
import { makeInside, writeInside } from "../disk.ts";
import { UsageError } from "../exit.ts";
import { MANIFEST, parseManifest } from "../manifest.ts";
import { manifestSchema } from "../manifest_schema.ts";
import { STATE_FOLDER } from "../push.ts";

interface Flags extends Common {
  readonly template?: string;
  readonly name?: string;
}

const TSCONFIG = {
  compilerOptions: {
    target: "es2023",
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2023"],
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
  include: ["*.ts"],
};

async function init(this: Cli, flags: Flags, into: string = "."): Promise<void> {
  const out = outputOf(this, flags);
  const folder = path.resolve(this.world.cwd, into);
  const template = await chooseTemplate(this, flags);
  const name = await chooseName(this, flags, folder);
  const files = filesOf(template, name);
  await writeAll(folder, files);
  if (out.json) return out.value({ folder, agent: name, files: [...files.keys()] });
  out.print(`${folder} holds ${name}:`);
  for (const file of files.keys()) out.print(`  ${file}`);
  const go = into === "." ? "" : `cd ${into} && `;
  out.say(`Next: ${go}cloister push && cloister run --input @input.json --stream`);
}

async function chooseTemplate({ world }: Cli, { template }: Flags): Promise<Template> {
  const [simplest] = TEMPLATES;
  if (simplest === undefined) throw new UsageError("There are no templates.");
  if (template === undefined && !world.stdin.terminal) return simplest;
  const options = TEMPLATES.map(({ name, title, description }) => ({
    value: name,
    label: title,
    hint: description,
  }));
  const name = template ?? await world.prompts.choose("Begin with", options);
  const found = TEMPLATES.find((one) => one.name === name);
  if (found) return found;
  const names = TEMPLATES.map((one) => one.name).join(", ");
  throw new UsageError(`There is no template ${name}; there are ${names}`);
}

async function chooseName({ world }: Cli, { name }: Flags, folder: string): Promise<string> {
  const fitting = path.basename(folder).toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z]+/, "").slice(0, 63) || "agent";
  const chosen = name ??
    (world.stdin.terminal ? await world.prompts.text("Name of the agent", fitting) : fitting);
  return parseManifest(JSON.stringify({ name: chosen })).name;
}

function filesOf(template: Template, name: string): Map<string, string> {
  const { source, description, input_schema, policy, example } = template;
  const manifest = {
    $schema: `./${STATE_FOLDER}/cloister.schema.json`,
    name,
    description,
    source: "agent.ts",
    input_schema,
    policy,
  };
  return new Map([
    ["agent.ts", source],
    ["agent.d.ts", AGENT_TYPES],
    [MANIFEST, json(manifest)],
    ["input.json", json(example)],
    ["tsconfig.json", json(TSCONFIG)],
    [`${STATE_FOLDER}/cloister.schema.json`, json(manifestSchema())],
  ]);
}

/** All files or none, and no file that is there already is touched. */
async function writeAll(folder: string, files: Map<string, string>): Promise<void> {
  for (const file of files.keys()) {
    const there = await lstat(path.join(folder, file)).then(() => true, () => false);
    if (there && !file.startsWith(STATE_FOLDER)) {
      throw new UsageError(`${path.join(folder, file)} exists already. Nothing was written.`);
    }
  }
  await mkdir(folder, { recursive: true });
  await makeInside(folder, STATE_FOLDER);
  for (const [file, text] of files) {
    if (file.startsWith(STATE_FOLDER)) await writeInside(folder, file, text);
    else await writeFile(path.join(folder, file), text, { flag: "wx" });
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** `cloister init`. */
export const initCommand = buildCommand<Flags, [string?], Cli>({
  func: init,
  parameters: {
    flags: {
      ...COMMON,
      template: textFlag("What to begin with; asked for on a terminal", "template"),
      name: textFlag("The agent's name, if not the folder's", "name"),
    },
    aliases: { t: "template" },
    positional: { kind: "tuple", parameters: [optionalName("Where; here", "folder")] },
  },
  docs: { brief: "Begin an agent in a folder, from a template" },
});
