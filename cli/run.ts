import { type Application, type ApplicationContext, proposeCompletions, run } from "@stricli/core";
import { createApp } from "./app.ts";
import type { Cli } from "./cli.ts";
import { COMPLETE } from "./completion.ts";
import { EXIT, UsageError } from "./exit.ts";
import { explain, explainJson } from "./explain.ts";
import { wantsColour } from "./output.ts";
import type { Sink, World } from "./world.ts";

/** What a credential looks like, and the flags that other programs take one by. */
const KEY = /\bc[kr]_(?:live|test)_[0-9A-Za-z]{16}_|\bsb_secret_|\beyJ[\w-]{10,}\.eyJ/;
const SECRET_FLAG = /^--(?:password|passwd|token|secret|api-?key|access-token)(?:=|$)/i;

/**
 * Does what a command line says, and answers the exit code. A credential on the command line is
 * refused before anything else: every process of the machine can read it there.
 */
export async function runCli(words: readonly string[], world: World): Promise<number> {
  const describe = words.includes("--json") ? explainJson : explain;
  if (words.some((word) => SECRET_FLAG.test(word) || KEY.test(word))) {
    world.stderr.write(`${describe(new UsageError(ON_COMMAND_LINE))}\n`);
    return EXIT.usage;
  }
  let ended: number | undefined;
  const process: ApplicationContext["process"] = {
    stdout: stream(world.stdout, world.env),
    stderr: stream(world.stderr, world.env),
  };
  const cli: Cli = { process, world, endWith: (code) => ended = code };
  const app = createApp(describe);
  if (words[0] === COMPLETE) return await complete(app, words.slice(1), cli);
  await run(app, words, cli);
  const code = Number(process.exitCode ?? EXIT.ok);
  // The library's own codes are negative: what was typed is no command, or has wrong arguments.
  return code < 0 ? EXIT.usage : code === EXIT.ok ? ended ?? EXIT.ok : code;
}

/** Tells a shell what could come next. What would mean something to the shell itself is left out. */
async function complete(app: Application<Cli>, typed: string[], cli: Cli): Promise<number> {
  for (const { completion, brief } of await proposeCompletions(app, typed, cli)) {
    if (/^[\w:.@/-]+$/.test(completion)) cli.world.stdout.write(`${completion}\t${brief}\n`);
  }
  return EXIT.ok;
}

const ON_COMMAND_LINE =
  "A credential on a command line can be read by every process here, and stays in the shell's " +
  "history: if it was a real one, replace it. Use CLOISTER_API_KEY, cloister login, or stdin.";

function stream(sink: Sink, env: World["env"]) {
  return {
    write: (text: string) => sink.write(text),
    getColorDepth: () => wantsColour(sink, env) ? 4 : 1,
  };
}
