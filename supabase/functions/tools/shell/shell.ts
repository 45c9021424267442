import * as z from "zod";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { type Ending, EngineBusy, type Job, type Limits } from "../../_shared/sandbox/engine.ts";
import { Slots } from "../../_shared/sandbox/host/slots.ts";
import { runOn } from "../../_shared/sandbox/quickjs/run.ts";
import { bytesOf, unitsOf } from "./bytes.ts";
import { BUILTINS, COMMANDS } from "./commands.ts";
import type { FlagRule } from "./flags.ts";
import { getShellImage, SHELL_HEAP_BYTES } from "./guest_image.ts";

/** The isolate waits while a line computes: no line may for longer, whatever is granted. */
export const MAX_CPU_MS = 1_000;
/** The characters that are kept of each output. */
const KEEP = 48 * 1024;
const MAX_CHANGES_BYTES = 8 * 1024 * 1024;
const READ_CPU_MS = 200;

/** A file that a line may read. */
export interface ShellFile {
  path: string;
  size: number;
  modifiedAt: string;
}

/** What a line is executed with. */
export interface ShellLine {
  /** Whose turn it uses up. */
  tenant: string;
  line: string;
  stdin: string;
  /** Names of {@link COMMANDS}: what is granted, as far as the line names it. */
  commands: readonly string[];
  files: readonly ShellFile[];
  maxMs: number;
  /** The content of a file; what it throws is a failed read to the line. */
  read(path: string): Promise<Uint8Array>;
}

/** What came of a line: nothing of `changes` has happened yet. */
export interface ShellResult {
  stdout: string;
  stderr: string;
  exitCode: number;
  /** Whether an output was longer than what is kept of it. */
  truncated: boolean;
  /** Whether the line looked at the workspace, if only for what it does not have. */
  looked: boolean;
  write: ReadonlyMap<string, Uint8Array>;
  remove: readonly string[];
}

const Parsed = z.union([
  z.strictObject({ ast: z.string() }),
  z.strictObject({ wrong: z.string() }),
]);
const Done = z.strictObject({
  stdout: z.string(),
  stderr: z.string(),
  exit_code: z.int(),
  truncated: z.boolean(),
  denied: z.string().nullable(),
  looked: z.boolean(),
  changes: z.strictObject({
    write: z.array(z.tuple([z.string(), z.string()])),
    remove: z.array(z.string()),
  }),
});
const ReadArgs = z.strictObject({ path: z.string() });

const slots = new Slots(2, 32, 8);

/**
 * A line as the shell's own parser reads it, in its tenant's turn. Throws `invalid_arguments` for
 * what is no line, and `timed_out` for one that takes too long to read.
 */
export async function parseLine(
  { line, tenant }: Pick<ShellLine, "line" | "tenant">,
  signal: AbortSignal,
): Promise<unknown> {
  const limits = limitsOf(READ_CPU_MS);
  const text = await ask("read", { input: { line }, tools: {}, limits, tenant, signal });
  const parsed = Parsed.parse(text);
  if ("ast" in parsed) return JSON.parse(parsed.ast);
  throw new ToolRefusal("invalid_arguments", `command: ${parsed.wrong}`);
}

/**
 * Executes a line in a guest of its own: metered QuickJS without anything but the files of the line,
 * which it gets when it asks. Throws `command_denied` for a flag that turned out not to be one,
 * `timed_out` after `maxMs`, `quota_exceeded` without memory, `result_too_large`.
 */
export async function executeLine(asked: ShellLine, signal: AbortSignal): Promise<ShellResult> {
  const input = {
    line: asked.line,
    stdin: asked.stdin,
    commands: rulesOf(asked.commands),
    files: asked.files.map(({ modifiedAt, ...file }) => ({ ...file, modified_at: modifiedAt })),
    keep: KEEP,
  };
  const tools: Job["tools"] = {
    read: async (args) => unitsOf(await asked.read(ReadArgs.parse(args).path)),
  };
  const limits = limitsOf(asked.maxMs);
  const told = await ask("run", { input, tools, limits, tenant: asked.tenant, signal });
  const { changes, exit_code: exitCode, denied, ...outputs } = Done.parse(told);
  if (denied !== null) throw new ToolRefusal("command_denied", `Not allowed here: ${denied}`);
  const write = new Map(changes.write.map(([path, units]) => [path, contentOf(units)]));
  return { ...outputs, exitCode, write, remove: changes.remove };
}

interface Asked {
  input: unknown;
  tools: Job["tools"];
  limits: Limits;
  tenant: string;
  signal: AbortSignal;
}

async function ask(what: "read" | "run", asked: Asked): Promise<unknown> {
  const { input, tools, limits, tenant, signal } = asked;
  const image = await getShellImage();
  const leave = await slots.take(tenant, signal).catch((cause: unknown) => {
    if (!(cause instanceof EngineBusy)) throw cause;
    throw new ToolRefusal("unavailable", "Too many lines of the shell wait already.", { cause });
  });
  if (!leave) throw new ToolRefusal("run_ended", "The run has ended.");
  try {
    const program = `export default (input, agent) => shell.${what}(input, agent);`;
    const job = { program, input: JSON.stringify(input), tools, limits };
    return valueOf(await runOn(image, job, signal, () => {}), limits);
  } finally {
    leave();
  }
}

function limitsOf(maxMs: number): Limits {
  return {
    wallMs: maxMs,
    cpuMs: Math.min(maxMs, MAX_CPU_MS),
    memoryBytes: SHELL_HEAP_BYTES,
    outputBytes: MAX_CHANGES_BYTES,
    logBytes: 1_024,
    events: 10_000,
    toolCalls: 4_000,
    toolConcurrency: 8,
    toolBytes: MAX_CHANGES_BYTES,
  };
}

function valueOf({ status, output, error }: Ending, { wallMs }: Limits): unknown {
  if (output !== undefined) return JSON.parse(output);
  const cause = error && `${error.kind}: ${error.message}`;
  if (status === "timed_out") {
    throw new ToolRefusal(
      "timed_out",
      `The line took longer than ${wallMs} ms, or computed too long.`,
    );
  }
  if (status === "out_of_memory") {
    throw new ToolRefusal("quota_exceeded", "The line needed more memory than there is.", {
      cause,
    });
  }
  if (status === "output_exceeded") {
    throw new ToolRefusal("result_too_large", "The line's outputs and files are too large.");
  }
  if (status === "cancelled") throw new ToolRefusal("run_ended", "The run has ended.");
  throw new ToolRefusal("unavailable", "The shell broke off.", { cause });
}

function rulesOf(names: readonly string[]): Record<string, FlagRule> {
  const known = names.filter((name) => Object.hasOwn(COMMANDS, name));
  return { ...BUILTINS, ...Object.fromEntries(known.map((name) => [name, COMMANDS[name] ?? ""])) };
}

function contentOf(units: string): Uint8Array {
  const bytes = bytesOf(units);
  if (bytes) return bytes;
  throw new ToolRefusal("unavailable", "The shell broke off.");
}
