import { buildCommand } from "@stricli/core";
import { type Cli, clientOf, COMMON, type Common, outputOf } from "../cli.ts";
import { EXIT } from "../exit.ts";
import { oneLine } from "../text.ts";
import { verifyAll } from "../verify.ts";

async function limits(this: Cli, flags: Common): Promise<void> {
  const out = outputOf(this, flags);
  const limits = await (await clientOf(this, flags)).limits();
  if (out.json) return out.value(limits);
  const { budgets, concurrent_runs: runs, cpu } = limits;
  out.table(
    ["WHAT", "LEFT", "OF", "AGAIN IN"],
    [
      ...budgets.map((one) => [
        `requests: ${one.budget}`,
        `${one.remaining}`,
        `${one.quota} in ${one.window_s} s`,
        `${one.reset_s} s`,
      ]),
      ["runs at once", `${Math.max(0, runs.quota - runs.running)}`, `${runs.quota}`, ""],
      [
        "CPU seconds today",
        `${Math.max(0, Math.round(cpu.quota_s - cpu.used_ms / 1_000))}`,
        `${cpu.quota_s}`,
        cpu.resets_at,
      ],
    ],
  );
}

/** What was skipped is not proven, so it does not count as held. */
async function verify(this: Cli, flags: Common): Promise<void> {
  const out = outputOf(this, flags);
  const client = await clientOf(this, flags);
  const found = await out.during(
    "attacking the sandbox",
    () => verifyAll(client),
  );
  const { engine, layers, held, breached, skipped, programs } = found;
  const isSound = held > 0 && breached === 0 && skipped === 0;
  if (!isSound) this.endWith(EXIT.failed);
  if (out.json) return out.value(found);
  for (const program of programs.filter((one) => one.held !== true)) {
    const what = program.held === null ? out.paint.note("skipped") : out.paint.bad("BREACHED");
    out.print(`${what} ${oneLine(`${program.name}: ${program.attempted} (${program.ending})`)}`);
  }
  const colour = isSound ? out.paint.good : out.paint.bad;
  out.print(oneLine(`${engine}: ${layers.join(" < ")}`));
  out.print(colour(`${held} held, ${breached} breached, ${skipped} skipped`));
}

/** `cloister limits`. */
export const limitsCommand = buildCommand<Common, [], Cli>({
  func: limits,
  parameters: { flags: COMMON },
  docs: { brief: "Show what you may spend, and what is left of it" },
});

/** `cloister verify`. */
export const verifyCommand = buildCommand<Common, [], Cli>({
  func: verify,
  parameters: { flags: COMMON },
  docs: { brief: "Play attack programs on the project's sandbox (administrators)" },
});
