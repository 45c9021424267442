import { buildCommand } from "@stricli/core";
import type { Cli } from "../cli.ts";
import { SCRIPTS, type Shell, SHELLS } from "../completion.ts";
import { UsageError } from "../exit.ts";

function completion(this: Cli, _flags: Record<never, never>, shell: Shell): void {
  this.world.stdout.write(SCRIPTS[shell]);
}

function parseShell(text: string): Shell {
  const shell = SHELLS.find((one) => one === text);
  if (shell === undefined) throw new UsageError(`${text} is none of ${SHELLS.join(", ")}`);
  return shell;
}

/** `cloister completion`. */
export const completionCommand = buildCommand<Record<never, never>, [Shell], Cli>({
  func: completion,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{
        parse: parseShell,
        brief: SHELLS.join(", "),
        placeholder: "shell",
        proposeCompletions: (partial) => SHELLS.filter((shell) => shell.startsWith(partial)),
      }],
    },
  },
  docs: {
    brief: "Print what completes this program in a shell",
    fullDescription: 'bash: eval "$(cloister completion bash)"\n' +
      'zsh:  eval "$(cloister completion zsh)"\nfish: cloister completion fish | source',
  },
});
