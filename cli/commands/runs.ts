import { buildCommand } from "@stricli/core";
import {
  AGENT,
  agentOf,
  type Cli,
  clientOf,
  COMMON,
  type Common,
  LIMIT,
  optionalName,
  outputOf,
  switchFlag,
} from "../cli.ts";
import { describeEnding, describeEvent } from "../events.ts";
import { exitOfRun, UsageError } from "../exit.ts";
import { parseName } from "../names.ts";
import { readManifest } from "../manifest.ts";
import { hasEnded, RUN_STATUSES } from "../../sdk/mod.ts";
import type { CloisterClient, RunSummary } from "../../sdk/mod.ts";

const RUN = { parse: parseName, brief: "The run, as run_…", placeholder: "run" } as const;

interface ListFlags extends Common {
  readonly limit: number;
  readonly status?: RunSummary["status"];
}

async function list(this: Cli, flags: ListFlags, named?: string): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const agent = named ?? (await readManifest(this.world.cwd))?.name;
  const runs = await client.runs.list({ agent, status: flags.status }).take(flags.limit);
  if (out.json) return out.value(runs);
  out.table(
    ["RUN", "AGENT", "STATUS", "VERSION", "TRIGGER", "CREATED"],
    runs.map((run) => [
      run.id,
      run.agent,
      run.status,
      `${run.version}`,
      run.trigger,
      run.created_at,
    ]),
  );
}

async function show(this: Cli, flags: Common, id: string): Promise<void> {
  const out = outputOf(this, flags);
  const run = await (await clientOf(this, flags)).runs.get(id);
  if (out.json) return out.value(run);
  out.print(`${run.id} ${run.agent} version ${run.version} ${describeEnding(run, out.paint)}`);
  if (run.status === "succeeded") out.value(run.output);
}

async function cancel(this: Cli, flags: Common, id: string): Promise<void> {
  const out = outputOf(this, flags);
  const run = await (await clientOf(this, flags)).runs.cancel(id);
  if (out.json) return out.value(run);
  out.print(hasEnded(run.status) ? `It had ended: ${run.status}` : "It is being cancelled.");
}

interface LogFlags extends Common {
  readonly follow: boolean;
}

async function logs(this: Cli, flags: LogFlags, named?: string): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const id = named?.startsWith("run_") ? named : await lastRun(this, client, named);
  const tell = (event: Parameters<typeof describeEvent>[0]) => {
    if (out.json) out.record(event);
    else out.print(describeEvent(event, out.paint));
  };
  if (flags.follow) {
    for await (const event of client.runs.follow(id)) tell(event);
    const { status } = await client.runs.get(id);
    return this.endWith(exitOfRun(status));
  }
  for (let after = 0;;) {
    const events = await client.runs.events(id, after);
    events.forEach(tell);
    const last = events.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

async function lastRun(
  cli: Cli,
  client: CloisterClient,
  named: string | undefined,
): Promise<string> {
  const agent = await agentOf(cli, named);
  const [last] = await client.agents.runs(agent).take(1);
  if (last === undefined) throw new UsageError(`${agent} has not run yet.`);
  return last.id;
}

/** `cloister runs`. */
export const runsCommand = buildCommand<ListFlags, [string?], Cli>({
  func: list,
  parameters: {
    flags: {
      ...COMMON,
      limit: LIMIT,
      status: { kind: "enum", values: RUN_STATUSES, optional: true, brief: "Only those" },
    },
    aliases: { n: "limit" },
    positional: { kind: "tuple", parameters: [AGENT] },
  },
  docs: { brief: "List an agent's runs, newest first; all of yours where no agent is meant" },
});

/** `cloister show`. */
export const showCommand = buildCommand<Common, [string], Cli>({
  func: show,
  parameters: { flags: COMMON, positional: { kind: "tuple", parameters: [RUN] } },
  docs: { brief: "Show a run: how it ended, and its output" },
});

/** `cloister cancel`. */
export const cancelCommand = buildCommand<Common, [string], Cli>({
  func: cancel,
  parameters: { flags: COMMON, positional: { kind: "tuple", parameters: [RUN] } },
  docs: { brief: "Stop a run" },
});

/** `cloister logs`. */
export const logsCommand = buildCommand<LogFlags, [string?], Cli>({
  func: logs,
  parameters: {
    flags: { ...COMMON, follow: switchFlag("Go on until the run has ended; the exit code is its") },
    aliases: { f: "follow" },
    positional: {
      kind: "tuple",
      parameters: [{
        ...optionalName("A run, or an agent for its last one; this folder's", "run|agent"),
        parse: parseName,
      }],
    },
  },
  docs: { brief: "Print what happened in a run; with --json one event a line" },
});
