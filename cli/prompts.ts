import { Interrupted } from "./exit.ts";
import type { Prompts } from "./world.ts";

/** Questions at the terminal. They go to stderr, so that stdout stays what was asked for. */
export const terminalPrompts: Prompts = {
  text: async (message, initial) => {
    const { text } = await import("@clack/prompts");
    return answered(await text({ message, ...await onStderr(), ...initialValue(initial) }));
  },
  secret: async (message) => {
    const { password } = await import("@clack/prompts");
    return answered(await password({ message, ...await onStderr() }));
  },
  choose: async (message, choices) => {
    const { select } = await import("@clack/prompts");
    const options = choices.map(({ value, ...rest }) => ({ ...rest, value: String(value) }));
    const chosen = answered(await select({ message, options, ...await onStderr() }));
    const choice = choices.find(({ value }) => value === chosen);
    if (choice === undefined) throw new Interrupted("Nothing was chosen.");
    return choice.value;
  },
  confirm: async (message) => {
    const { confirm } = await import("@clack/prompts");
    return answered(await confirm({ message, initialValue: false, ...await onStderr() }));
  },
};

function initialValue(initial: string | undefined) {
  return initial === undefined ? {} : { initialValue: initial };
}

async function onStderr() {
  const { stderr } = await import("node:process");
  return { output: stderr };
}

/** clack answers with a symbol where the person pressed Ctrl-C or Escape. */
function answered(answer: string | symbol): string;
function answered(answer: boolean | symbol): boolean;
function answered(answer: string | boolean | symbol): string | boolean {
  if (typeof answer === "symbol") throw new Interrupted("Nothing was changed.");
  return answer;
}
