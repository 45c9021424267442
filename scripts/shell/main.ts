/**
 * The shell as a program of its own metered QuickJS guest: just-bash, the commands that a line may
 * use, and the workspace. `deno task shell` bundles it into `tools/shell/guest.ts`.
 */
import "./globals.ts";
import { Bash, parse } from "just-bash";
import { type FlagRule, refusedWord } from "../../supabase/functions/tools/shell/flags.ts";
import { encodeUtf8 } from "./bytes.ts";
import { type Changes, FileFailure, type Known, ROOT, WorkFiles } from "./files.ts";
import { lock } from "./lock.ts";

/** What the host asks of the guest. */
interface Line {
  line: string;
  stdin: string;
  /** What is granted, with the flags of each. */
  commands: Readonly<Record<string, FlagRule>>;
  files: readonly Known[];
  /** How many characters of each output are kept. */
  keep: number;
}

interface Agent {
  call(tool: string, args: unknown): Promise<unknown>;
}

interface Done {
  stdout: string;
  stderr: string;
  exit_code: number;
  truncated: boolean;
  /** A word that turned out to be no flag of its command: nothing of the line counts. */
  denied: string | null;
  /** Whether the workspace was looked at, if only for what it does not have. */
  looked: boolean;
  changes: Changes;
}

/** What ends a line with a readable message; fuel and memory end it anyway. */
const LIMITS = {
  maxSourceBytes: 64 * 1024,
  maxCallDepth: 50,
  maxSubstitutionDepth: 16,
  maxCommandCount: 100_000,
  maxLoopIterations: 1_000_000,
  maxAwkIterations: 1_000_000,
  maxSedIterations: 1_000_000,
  maxJqIterations: 1_000_000,
  maxQueryElements: 1_000_000,
  maxBraceExpansionResults: 100_000,
  maxOutputSize: 4 * 1024 * 1024,
  maxStringLength: 4 * 1024 * 1024,
};

/** A parsed line as JSON text, or what is wrong with it. */
function read({ line }: { line: string }): { ast: string } | { wrong: string } {
  try {
    return { ast: JSON.stringify(parse(line)) };
  } catch (thrown) {
    return { wrong: thrown instanceof Error ? thrown.message : "not a line of the shell" };
  }
}

async function run(asked: Line, agent: Agent): Promise<Done> {
  const files = new WorkFiles(asked.files, async (path) => `${await agent.call("read", { path })}`);
  let denied: string | null = null;
  const bash = new Bash({
    fs: files,
    cwd: ROOT,
    env: { HOME: ROOT, TMPDIR: "/tmp" },
    executionLimitProfile: "hardened",
    executionLimits: LIMITS,
    defenseInDepth: false,
  });
  guard(bash, asked.commands, (word) => denied ??= word);
  bash.registerTransformPlugin({ name: "once", transform: readOnce });
  const stdin = encodeUtf8(asked.stdin);
  const options = { stdin, stdinKind: "bytes", rawScript: true } as const;
  const { stdout, stderr, exitCode } = await bash.exec(asked.line, options).catch(failed);
  return {
    stdout: stdout.slice(0, asked.keep),
    stderr: stderr.slice(0, asked.keep),
    exit_code: exitCode,
    truncated: stdout.length > asked.keep || stderr.length > asked.keep,
    denied,
    looked: files.looked,
    changes: await files.changes(),
  };
}

/** The line has been read: nothing else is, whatever its files and variables say. */
function readOnce<Line>({ ast }: { ast: Line }): { ast: Line } {
  lock();
  return { ast };
}

/** Where a redirection goes nowhere, just-bash gives up the line instead of the command. */
function failed(thrown: unknown) {
  if (!(thrown instanceof FileFailure)) throw thrown;
  return { stdout: "", stderr: `bash: ${thrown.message}\n`, exitCode: 1 };
}

interface Registered {
  name: string;
  execute(words: string[], context: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/**
 * Leaves of all commands those that are granted. Each looks at its words when they are known, and
 * none has a way to execute another.
 */
function guard(
  bash: Bash,
  granted: Line["commands"],
  deny: (word: string) => void,
): void {
  const commands: unknown = Reflect.get(bash, "commands");
  if (!(commands instanceof Map)) throw new Error("the shell has no table of commands");
  for (const [name, command] of [...commands]) {
    const rule = Object.hasOwn(granted, name) ? granted[name] : undefined;
    if (rule === undefined) commands.delete(name);
    else commands.set(name, guarded(command, rule, (word) => deny(`${name} ${word}`)));
  }
}

function guarded(command: Registered, rule: FlagRule, deny: (word: string) => void): Registered {
  return {
    ...command,
    name: command.name,
    execute(words, context) {
      const word = refusedWord(rule, words);
      if (word === undefined) return command.execute(words, { ...context, exec: undefined });
      deny(word);
      throw new Error("denied");
    },
  };
}

Object.defineProperty(globalThis, "shell", { value: Object.freeze({ read, run }) });
