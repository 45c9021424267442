import type { CommandContext } from "@stricli/core";
import type { CloisterClient } from "../sdk/mod.ts";
import { type ExitCode, UsageError } from "./exit.ts";
import { MANIFEST, readManifest } from "./manifest.ts";
import { parseName } from "./names.ts";
import { createOutput, type Output } from "./output.ts";
import { findProject, openProject } from "./project.ts";
import type { World } from "./world.ts";

/** What a command has as its `this`. */
export interface Cli extends CommandContext {
  readonly world: World;
  /** What the process ends with, unless the command throws. */
  endWith(code: ExitCode): void;
}

/** What every command understands. */
export interface Common {
  readonly json: boolean;
  readonly url?: string;
}

/** The flags of `Common`, for each command's own to follow. */
export const COMMON = {
  json: { kind: "boolean", brief: "Print JSON", default: false, withNegated: false },
  url: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "url",
    brief: "The project, if not the one signed in to last",
  },
} as const;

/** A flag for a text. */
export function textFlag(brief: string, placeholder: string) {
  return { kind: "parsed", parse: String, optional: true, brief, placeholder } as const;
}

/** A flag that is there or not. */
export function switchFlag(brief: string) {
  return { kind: "boolean", brief, default: false, withNegated: false } as const;
}

/** The flag `--limit`: how many rows a list has. */
export const LIMIT = {
  kind: "parsed",
  parse: (text: string) => wholeNumber(text, 10_000),
  default: "20",
  brief: "How many at most",
  placeholder: "n",
} as const;

/** A positive whole number. Throws `UsageError` for anything else. */
export function wholeNumber(text: string, max: number = 2 ** 31 - 1): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new UsageError(`${text} is not a number from 1 to ${max}`);
  return value;
}

/** A positional argument that is left out where the folder says it. */
export function optionalName(brief: string, placeholder: string) {
  return { parse: String, optional: true, brief, placeholder } as const;
}

/** The name of an agent, which shells complete; this folder's if left out. */
export const AGENT = {
  parse: parseName,
  optional: true,
  brief: "The agent; this folder's if left out",
  placeholder: "agent",
  proposeCompletions: proposeAgents,
} as const;

/** The flag `--agent`, where the arguments are something else. */
export const AGENT_FLAG = {
  kind: "parsed",
  parse: parseName,
  optional: true,
  brief: "The agent; this folder's if left out",
  placeholder: "agent",
  proposeCompletions: proposeAgents,
} as const;

/** A shell waits while it completes: better nothing than late. */
const PROPOSE_MS = 1_500;

async function proposeAgents(this: Cli, partial: string): Promise<string[]> {
  const names = async () => {
    const client = await clientOf(this, { json: false });
    return (await client.agents.list().page({ limit: 100 })).data.map(({ name }) => name);
  };
  const late = new Promise<string[]>((resolve) => {
    const timer = setTimeout(() => resolve([]), PROPOSE_MS);
    timer.unref?.();
  });
  const found = await Promise.race([names().catch(() => []), late]);
  return found.filter((name) => name.startsWith(partial));
}

/** Where a command's words go. */
export function outputOf({ world }: Cli, { json }: Common): Output {
  return createOutput(world, json);
}

/** The project that a command is for, and who calls it. Rejects with `NotSignedIn`. */
export async function projectOf({ world }: Cli, { url }: Common) {
  const project = await findProject(world, url);
  return { ...project, client: openProject(world, project) };
}

/** The client of the project that a command is for. Rejects with `NotSignedIn`. */
export async function clientOf(cli: Cli, flags: Common): Promise<CloisterClient> {
  return (await projectOf(cli, flags)).client;
}

/** The agent that is meant: the one that is named, else the one of this folder. */
export async function agentOf({ world }: Cli, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const manifest = await readManifest(world.cwd);
  if (manifest !== undefined) return manifest.name;
  throw new UsageError(`Name an agent, or go to a folder with a ${MANIFEST}.`);
}

/**
 * Asks before what cannot be taken back. Where nobody can be asked, `--yes` has to be given. Rejects
 * with `UsageError` if it is not wanted.
 */
export async function confirm({ world }: Cli, yes: boolean, question: string): Promise<void> {
  if (yes) return;
  if (!world.stdin.terminal || !world.stderr.terminal) {
    throw new UsageError("Nobody can be asked here: say --yes.");
  }
  if (!await world.prompts.confirm(question)) throw new UsageError("Nothing was changed.");
}
