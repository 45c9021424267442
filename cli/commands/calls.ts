import { buildCommand } from "@stricli/core";
import { type Cli, clientOf, COMMON, type Common, outputOf, textFlag } from "../cli.ts";
import { UsageError } from "../exit.ts";

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
    return out.json ? out.value(decided) : out.print(`${decided.tool}: ${decided.verdict}`);
  }
  const rows = await client.runs.calls(run);
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

/** `cloister calls`. */
export const callsCommand = buildCommand<Flags, [string], Cli>({
  func: calls,
  parameters: {
    flags: {
      ...COMMON,
      approve: textFlag("Say yes to the call that waits", "call"),
      deny: textFlag("Say no to the call that waits", "call"),
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: String, brief: "The run, as run_…", placeholder: "run" }],
    },
  },
  docs: { brief: "List what a run reached for, or answer a call that waits for you" },
});
