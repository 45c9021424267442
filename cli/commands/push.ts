import { buildCommand } from "@stricli/core";
import * as path from "node:path";
import {
  type Cli,
  COMMON,
  type Common,
  optionalName,
  outputOf,
  projectOf,
  switchFlag,
} from "../cli.ts";
import { readFolder } from "../manifest.ts";
import { push, type Pushed } from "../push.ts";
import type { Output, Paint } from "../output.ts";
import { oneLine } from "../text.ts";

interface Flags extends Common {
  readonly draft: boolean;
}

async function pushFolder(this: Cli, flags: Flags, from: string = "."): Promise<void> {
  const out = outputOf(this, flags);
  const folder = await readFolder(path.resolve(this.world.cwd, from));
  const { client, url } = await projectOf(this, flags);
  const pushed = await out.during(
    `pushing ${folder.manifest.name}`,
    () => push(client, url, folder, !flags.draft),
  );
  if (out.json) return out.value(pushed);
  tellFindings(out, folder.manifest.source, pushed);
  out.print(describe(pushed, out.paint));
}

/** What the check of the source remarked, one finding a line, as editors and people read them. */
export function tellFindings(out: Output, file: string, { findings }: Pushed): void {
  for (const { severity, code, message, line, column } of findings) {
    const colour = severity === "error" ? out.hint.bad : out.hint.note;
    const where = oneLine(`${file}:${line}:${column}`);
    out.say(`${where} ${colour(severity)} ${oneLine(`${message} (${code})`)}`);
  }
}

function describe(pushed: Pushed, paint: Paint): string {
  const { agent, version, outcome, published, approval, schedules } = pushed;
  const what = outcome === "unchanged"
    ? `${agent}: nothing changed since version ${version}`
    : `${agent}: version ${version}`;
  const state = approval === "needed"
    ? paint.note(`${wish(version)}: cloister approve ${agent} ${version}`)
    : published
    ? paint.good("published")
    : "not published";
  const why = outcome === "created" && published ? FIRST : "";
  const more = schedules.length === 0 ? "" : `, schedules: ${oneLine(schedules.join(", "))}`;
  return `${what}, ${state}${why}${more}`;
}

/** The API knows no agent of which nothing is published. */
const FIRST = ", as an agent's first version is";

function wish(version: number): string {
  return version === 1 ? "waits for a yes" : "wants more than before";
}

/** `cloister push`. */
export const pushCommand = buildCommand<Flags, [string?], Cli>({
  func: pushFolder,
  parameters: {
    flags: { ...COMMON, draft: switchFlag("Do not publish it, unless it is the agent's first") },
    positional: { kind: "tuple", parameters: [optionalName("The folder; this one", "folder")] },
  },
  docs: {
    brief: "Make a project's agent what the folder says",
    fullDescription: "Make a project's agent what the folder says: a new agent, or a new version " +
      "if anything changed, and the schedules that cloister.json names. Schedules of other names " +
      "are left alone. A version that is granted more than the one before waits for a yes.",
  },
});
