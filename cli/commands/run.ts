import { buildCommand } from "@stricli/core";
import type { CloisterClient } from "../../sdk/mod.ts";
import {
  AGENT,
  agentOf,
  type Cli,
  clientOf,
  COMMON,
  type Common,
  outputOf,
  switchFlag,
  textFlag,
  wholeNumber,
} from "../cli.ts";
import { describeEnding, describeEvent } from "../events.ts";
import { UsageError } from "../exit.ts";
import { INPUT_BRIEF, readInput } from "../input.ts";
import type { Output } from "../output.ts";
import { execute, type Order, type Outcome } from "../watch.ts";
import type { World } from "../world.ts";

interface Flags extends Common {
  readonly input?: string;
  readonly use?: number;
  readonly stream: boolean;
  readonly detach: boolean;
  readonly record: boolean;
}

interface Place {
  readonly world: World;
  readonly client: CloisterClient;
  readonly out: Output;
}

async function run(this: Cli, flags: Flags, named?: string): Promise<void> {
  const { use: version, record, stream, detach } = flags;
  if (stream && detach) throw new UsageError("--stream and --detach exclude each other.");
  const at = { world: this.world, client: await clientOf(this, flags), out: outputOf(this, flags) };
  const agent = await agentOf(this, named);
  const input = await readInput(this.world, flags.input);
  const order = { agent, input, version, record };
  if (detach) return await leave(at, order);
  const { code } = await (stream ? show : wait)(at, order);
  this.endWith(code);
}

async function leave({ client, out }: Place, { agent, input, ...options }: Order): Promise<void> {
  const queued = await client.start(agent, input, options);
  if (out.json) out.value(queued);
  else out.print(queued.id);
}

async function show(at: Place, order: Order): Promise<Outcome> {
  const { out } = at;
  const outcome = await execute(at, order, (event) => {
    if (out.json) out.record(event);
    else out.say(describeEvent(event, out.hint));
  });
  if (!out.json) printOutput(out, outcome);
  return outcome;
}

async function wait(at: Place, order: Order): Promise<Outcome> {
  const { out } = at;
  const outcome = await out.during(`${order.agent} runs`, () => execute(at, order));
  const { run } = outcome;
  if (out.json) out.value(run);
  else {
    printOutput(out, outcome);
    out.say(`${out.hint.dim(run.id)} ${describeEnding(run, out.hint)}`);
  }
  return outcome;
}

function printOutput(out: Output, { run: { status, output } }: Outcome): void {
  if (status === "succeeded") out.value(output);
}

/** `cloister run`. */
export const runCommand = buildCommand<Flags, [string?], Cli>({
  func: run,
  parameters: {
    flags: {
      ...COMMON,
      input: textFlag(INPUT_BRIEF, "json"),
      use: {
        kind: "parsed",
        parse: (text: string) => wholeNumber(text),
        optional: true,
        brief: "The version that runs, if not the published one",
        placeholder: "version",
      },
      stream: switchFlag("Show what happens as it happens; with --json one event a line"),
      detach: switchFlag("Queue the run, print its id, and go"),
      record: switchFlag("Let the operator's ceiling decide alone, to learn a policy"),
    },
    aliases: { i: "input", s: "stream", d: "detach" },
    positional: { kind: "tuple", parameters: [AGENT] },
  },
  docs: {
    brief: "Execute an agent and print its output",
    fullDescription: "Execute an agent and print its output. The exit code is how the run ended: " +
      "0 succeeded, 1 failed, 5 ended by a limit or by somebody. Ctrl-C cancels the run.",
  },
});
