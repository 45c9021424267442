import { buildCommand } from "@stricli/core";
import { type Cli, COMMON, type Common, outputOf } from "../cli.ts";
import { SCRIPTS, type Shell, SHELLS } from "../completion.ts";
import { UsageError } from "../exit.ts";

type Flags = Pick<Common, "json">;

function completion(this: Cli, flags: Flags, shell: Shell): void {
  if (flags.json) return outputOf(this, flags).value({ shell, script: SCRIPTS[shell] });
  this.world.stdout.write(SCRIPTS[shell]);
}

function parseShell(text: string): Shell {
  const shell = SHELLS.find((one) => one === text);
  if (shell === undefined) throw new UsageError(`${text} is none of ${SHELLS.join(", ")}`);
  return shell;
}

/** `cloister completion`. */
export const completionCommand = buildCommand<Flags, [Shell], Cli>({
  func: completion,
  parameters: {
    flags: { json: COMMON.json },
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
