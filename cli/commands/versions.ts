import { buildCommand } from "@stricli/core";
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
  wholeNumber,
} from "../cli.ts";
import { UsageError } from "../exit.ts";
import { parseName } from "../names.ts";
import type { Paint } from "../output.ts";
import { plain, plainJson } from "../text.ts";

/** Words after a command: the agent may be left out where the folder says it. */
function split(words: readonly string[]): { named: string | undefined; numbers: number[] } {
  const [first, ...rest] = words;
  if (first === undefined) return { named: undefined, numbers: [] };
  const named = /^\d+$/.test(first) ? undefined : first;
  return { named, numbers: (named === undefined ? words : rest).map((word) => wholeNumber(word)) };
}

interface ListFlags extends Common {
  readonly limit: number;
}

async function list(this: Cli, flags: ListFlags, named?: string): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const agent = await agentOf(this, named);
  const versions = await client.agents.versions.list(agent).take(flags.limit);
  if (out.json) return out.value(versions);
  const { current_version: current } = await client.agents.get(agent);
  out.table(
    ["VERSION", "STATE", "APPROVAL", "CREATED", "SOURCE"],
    versions.map((one) => [
      `${one.version}`,
      one.version === current ? "current" : one.published_at ? "was published" : "draft",
      one.approval.replace("_", " "),
      one.created_at,
      one.source_hash.slice(0, 12),
    ]),
  );
}

async function diff(this: Cli, flags: Common, ...words: string[]): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const { named, numbers } = split(words);
  const agent = await agentOf(this, named);
  const [newest] = numbers.length > 0 ? numbers.slice(-1) : await newestOf(this, flags, agent);
  if (newest === undefined) throw new UsageError(`${agent} has no versions.`);
  const against = numbers.length > 1 ? numbers[0] : undefined;
  const { patch, ...between } = await client.agents.versions.diff(agent, newest, against);
  if (out.json) return out.value({ ...between, patch });
  if (patch === "") return out.say("The sources are the same.");
  const shown = out.foreign(patch).replace(/\n$/, "");
  out.print(shown.split("\n").map((line) => colour(line, out.paint)).join("\n"));
}

async function newestOf(cli: Cli, flags: Common, agent: string): Promise<number[]> {
  const versions = await (await clientOf(cli, flags)).agents.versions.list(agent).take(1);
  return versions.map(({ version }) => version);
}

function colour(line: string, paint: Paint): string {
  if (/^(---|\+\+\+) /.test(line)) return paint.strong(line);
  if (line.startsWith("+")) return paint.good(line);
  if (line.startsWith("-")) return paint.bad(line);
  return line.startsWith("@@") ? paint.dim(line) : line;
}

async function publish(this: Cli, flags: Common, ...words: string[]): Promise<void> {
  const { named, numbers: [version] } = split(words);
  if (version === undefined) throw new UsageError("Which version?");
  const agent = await agentOf(this, named);
  const out = outputOf(this, flags);
  const published = await (await clientOf(this, flags)).agents.publish(agent, version);
  if (out.json) return out.value(published);
  out.print(`${agent}: version ${published.current_version} is the published one.`);
}

async function rollback(this: Cli, flags: Common, ...words: string[]): Promise<void> {
  const { named, numbers: [wanted] } = split(words);
  const agent = await agentOf(this, named);
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const { current_version: current } = await client.agents.get(agent);
  const published = await client.agents.rollback(agent, wanted);
  if (out.json) return out.value(published);
  out.print(`${agent}: version ${published.current_version} again, instead of ${current}.`);
}

interface ApproveFlags extends Common {
  readonly yes: boolean;
}

/** Approves what was shown and no other: the policy's hash goes along. */
async function approve(this: Cli, flags: ApproveFlags, ...words: string[]): Promise<void> {
  const { named, numbers: [version] } = split(words);
  if (version === undefined) throw new UsageError("Which version?");
  const agent = await agentOf(this, named);
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const { policy, policy_hash } = await client.agents.versions.get(agent, version);
  out.say(plain(`Version ${version} of ${agent} is granted:\n${plainJson(policy, 2)}`));
  await confirm(this, flags.yes, "Approve it?");
  const approved = await client.agents.versions.approve(agent, version, policy_hash);
  if (out.json) return out.value(approved);
  const { current_version: current } = await client.agents.get(agent);
  const next = current === version
    ? ", and the published one."
    : `. Next: cloister publish ${agent} ${version}`;
  out.print(`${agent}: version ${version} is approved${next}`);
}

const WORDS = {
  kind: "array",
  parameter: {
    parse: parseName,
    placeholder: "agent|version",
    brief: "The agent, which may be left out in its folder; then versions",
  },
  maximum: 3,
} as const;

/** `cloister versions`. */
export const versionsCommand = buildCommand<ListFlags, [string?], Cli>({
  func: list,
  parameters: {
    flags: { ...COMMON, limit: LIMIT },
    aliases: { n: "limit" },
    positional: { kind: "tuple", parameters: [AGENT] },
  },
  docs: { brief: "List an agent's versions, newest first" },
});

/** `cloister diff`. */
export const diffCommand = buildCommand<Common, string[], Cli>({
  func: diff,
  parameters: { flags: COMMON, positional: WORDS },
  docs: {
    brief: "Compare a version with the one before, or two versions: diff [agent] [from] [to]",
  },
});

/** `cloister publish`. */
export const publishCommand = buildCommand<Common, string[], Cli>({
  func: publish,
  parameters: { flags: COMMON, positional: WORDS },
  docs: { brief: "Choose the version that runs when none is named" },
});

/** `cloister rollback`. */
export const rollbackCommand = buildCommand<Common, string[], Cli>({
  func: rollback,
  parameters: { flags: COMMON, positional: WORDS },
  docs: { brief: "Publish the version that was published before, or the one that is named" },
});

/** `cloister approve`. */
export const approveCommand = buildCommand<ApproveFlags, string[], Cli>({
  func: approve,
  parameters: {
    flags: { ...COMMON, yes: switchFlag("Do not ask") },
    aliases: { y: "yes" },
    positional: WORDS,
  },
  docs: { brief: "Say yes to a version that is granted more than the one before" },
});
