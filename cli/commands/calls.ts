import { buildCommand } from "@stricli/core";
import type { CloisterClient, ToolCall } from "../../sdk/mod.ts";
import { type Cli, clientOf, COMMON, type Common, outputOf } from "../cli.ts";
import { UsageError } from "../exit.ts";
import { parseName } from "../names.ts";
import { oneLine } from "../text.ts";

interface Flags extends Common {
  readonly approve?: string;
  readonly deny?: string;
}

async function calls(this: Cli, flags: Flags, run: string): Promise<void> {
  const { approve, deny } = flags;
  if (approve !== undefined && deny !== undefined) throw new UsageError("Approve, or deny?");
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const call = approve ?? deny;
  if (call !== undefined) {
    const decision = approve === undefined ? "deny" : "approve";
    const decided = await client.request("POST", "/execute/runs/{id}/calls/{call}", {
      params: { id: run, call },
      body: { decision },
    });
    return out.json
      ? out.value(decided)
      : out.print(oneLine(`${decided.tool}: ${decided.verdict}`));
  }
  const rows = await allOf(client, run);
  if (out.json) return out.value(rows);
  out.table(
    ["CALL", "TOOL", "TARGET", "VERDICT", "OUTCOME", "MS"],
    rows.map((one) => [
      one.id,
      one.tool,
      one.target,
      one.reason ? `${one.verdict}: ${one.reason}` : one.verdict,
      one.outcome ?? "",
      `${one.ms ?? ""}`,
    ]),
  );
}

async function allOf(client: CloisterClient, run: string): Promise<ToolCall[]> {
  const rows: ToolCall[] = [];
  for (let after = 0;;) {
    const page = await client.runs.calls(run, after);
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined) return rows;
    after = last.seq;
  }
}

function callFlag(brief: string) {
  return { kind: "parsed", parse: parseName, optional: true, brief, placeholder: "call" } as const;
}

/** `cloister calls`. */
export const callsCommand = buildCommand<Flags, [string], Cli>({
  func: calls,
  parameters: {
    flags: {
      ...COMMON,
      approve: callFlag("Say yes to the call that waits"),
      deny: callFlag("Say no to the call that waits"),
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: parseName, brief: "The run, as run_…", placeholder: "run" }],
    },
  },
  docs: { brief: "List what a run reached for, or answer a call that waits for you" },
});
