import { buildCommand } from "@stricli/core";
import * as path from "node:path";
import type { CloisterClient } from "../../sdk/mod.ts";
import {
  type Cli,
  COMMON,
  type Common,
  optionalName,
  outputOf,
  projectOf,
  textFlag,
} from "../cli.ts";
import { changesIn } from "../dev.ts";
import { readInside } from "../disk.ts";
import { describeEvent } from "../events.ts";
import { EXIT } from "../exit.ts";
import { explain, explainJson } from "../explain.ts";
import { INPUT_BRIEF, parseInput, readInput } from "../input.ts";
import { MANIFEST, readFolder } from "../manifest.ts";
import type { Output } from "../output.ts";
import { push } from "../push.ts";
import { tellFindings } from "./push.ts";

/** The input of runs, where the folder has one. */
const INPUT_FILE = "input.json";

interface Flags extends Common {
  readonly input?: string;
}

interface Session {
  readonly cli: Cli;
  readonly out: Output;
  readonly client: CloisterClient;
  readonly url: string;
  readonly folder: string;
  readonly input: string | undefined;
}

/** Each change of the folder ends the run before it. Ctrl-C is the way to leave, and no failure. */
async function dev(this: Cli, flags: Flags, at: string = "."): Promise<void> {
  const out = outputOf(this, flags);
  const folder = path.resolve(this.world.cwd, at);
  const { manifest: { source } } = await readFolder(folder);
  const session = { cli: this, out, folder, input: flags.input, ...await projectOf(this, flags) };
  const left = new AbortController();
  let current: Trial | undefined;
  const stop = this.world.onInterrupt(() => {
    if (left.signal.aborted) return this.world.leave(EXIT.interrupted);
    left.abort();
    void current?.end();
  });
  try {
    const files = new Set([path.normalize(source), MANIFEST, INPUT_FILE]);
    for await (const _ of changesIn(folder, files, left.signal)) {
      await current?.end();
      current = left.signal.aborted ? undefined : startTrial(session);
    }
  } finally {
    await current?.end();
    stop();
  }
}

interface Trial {
  /** Cancels its run, and waits until it is over. Never rejects. */
  end(): Promise<void>;
}

function startTrial(session: Session): Trial {
  const gone = new AbortController();
  const { cli, out } = session;
  const over = attempt(session, gone.signal).catch((error) => {
    if (!gone.signal.aborted) cli.world.stderr.write(`${describe(out, error)}\n`);
  });
  return {
    end: async () => {
      gone.abort();
      await over;
    },
  };
}

/** Pushes the folder as a draft, and runs that; when it is given up the run is cancelled to its end. */
async function attempt(session: Session, signal: AbortSignal): Promise<void> {
  const { out, client, url } = session;
  const folder = await readFolder(session.folder);
  const input = await inputOf(session);
  const pushed = await push(client, url, folder, false);
  tellFindings(out, folder.manifest.source, pushed);
  if (pushed.outcome === "created" && pushed.published) {
    out.say(`${pushed.agent} is new: its first version is published, those that follow are not.`);
  }
  if (signal.aborted) return;
  const { agent, version } = pushed;
  if (!out.json) out.print(out.paint.strong(`${agent} version ${version}`));
  const stream = client.stream(agent, input, { version });
  const cancel = () => void stream.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  try {
    for await (const event of stream) {
      if (out.json) out.record(event);
      else out.print(describeEvent(event, out.paint));
    }
    const { status, output } = await stream.run();
    if (!out.json && status === "succeeded") out.value(output);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

async function inputOf({ cli, input, folder }: Session): Promise<unknown> {
  if (input !== undefined) return await readInput(cli.world, input);
  const text = await readInside(folder, INPUT_FILE);
  return text === undefined ? null : parseInput(text, INPUT_FILE);
}

function describe(out: Output, error: unknown): string {
  return out.json ? explainJson(error) : out.hint.bad(explain(error));
}

/** `cloister dev`. */
export const devCommand = buildCommand<Flags, [string?], Cli>({
  func: dev,
  parameters: {
    flags: { ...COMMON, input: textFlag(`${INPUT_BRIEF}: then what ${INPUT_FILE} says`, "json") },
    aliases: { i: "input" },
    positional: { kind: "tuple", parameters: [optionalName("The folder; this one", "folder")] },
  },
  docs: {
    brief: "Watch a folder: push a draft and run it at each change",
    fullDescription: "Watch a folder: at each change of its program, its manifest or input.json, " +
      "push a draft, which is not published, and run it. A change ends the run before it. Of an " +
      "agent that is new the first version is published: the API knows none without.",
  },
});
