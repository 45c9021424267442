import * as z from "zod";
import { type Reached, ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { Policy } from "../../_shared/policy/schema.ts";
import { defineTool, type Performing, type Tool } from "../calls/tool.ts";
import type { OpenWorkspace, Workspace } from "../files/store.ts";
import { BUILTINS, COMMANDS } from "./commands.ts";
import { refusedWord } from "./flags.ts";
import { executeLine, parseLine, type ShellFile, type ShellResult } from "./shell.ts";
import { type Invocation, readLine } from "./syntax.ts";

const MAX_LINE = 8_192;
const MAX_STDIN = 64 * 1024;
const MAX_FILES = 5_000;
/** Long enough to read any line: what is granted counts when it is executed. */
const READING_MS = 10_000;

const Args = z.strictObject({
  command: z.string().min(1).max(MAX_LINE),
  stdin: z.string().max(MAX_STDIN).default(""),
});

/** What the shell stands on. */
export interface ShellDeps {
  open: OpenWorkspace;
}

/**
 * `agent.shell`: one line of a shell over the agent's workspace, without any process. The whole line
 * is read and held against the list of commands and flags before any of it is executed; its changes
 * are made at its end, all or none.
 */
export function createShellTool({ open }: ShellDeps): Tool {
  /** What a line names, from its plan to its performance: no other command is there for it. */
  const named = new WeakMap<z.output<typeof Args>, ReadonlySet<string>>();
  return defineTool({
    name: "shell",
    grant: "shell",
    args: Args,
    costly: true,
    async plan(args, run) {
      const { command } = args;
      const line = await understand(command, run.userId);
      named.set(args, new Set(line.commands.map(({ name }) => name)));
      return {
        target: targetOf(line.commands),
        summary: { command, ...(args.stdin !== "" && { stdin: args.stdin }) },
        whole: ["command"],
        check: ({ commands }) => {
          if (line.refusal) throw line.refusal;
          for (const invocation of line.commands) checkCommand(invocation, commands);
        },
      };
    },
    async perform(args, at) {
      const { command, stdin } = args;
      const files = await openFiles(open, at);
      const { maxMs, commands: granted } = grantOf(at);
      const commands = granted.filter((name) => named.get(args)?.has(name));
      const result = await executeLine({
        tenant: at.run.userId,
        line: command,
        stdin,
        commands,
        files: files.list,
        maxMs,
        read: files.read,
      }, at.signal);
      await files.change(result);
      const { stdout, stderr, exitCode: exit_code, truncated } = result;
      return {
        value: { stdout, stderr, exit_code, truncated },
        bytesIn: files.bytesRead(),
        bytesOut: [...result.write.values()].reduce((sum, { length }) => sum + length, 0),
        reached: reachedBy(result, files.pathsRead()),
      };
    },
  });
}

interface Understood {
  commands: readonly Invocation[];
  /** Set where no policy could allow the line. */
  refusal?: ToolRefusal;
}

async function understand(line: string, tenant: string): Promise<Understood> {
  const script = await parseLine({ line, tenant }, AbortSignal.timeout(READING_MS));
  try {
    return { commands: readLine(script) };
  } catch (thrown) {
    if (thrown instanceof ToolRefusal) return { commands: [], refusal: thrown };
    throw thrown;
  }
}

/** The commands' names in their order, each once: the shell's own words are not worth telling. */
function targetOf(commands: readonly Invocation[]): string {
  const names = commands.map(({ name }) => name).filter((name) => !Object.hasOwn(BUILTINS, name));
  return [...new Set(names)].join(" ");
}

function checkCommand({ name, words }: Invocation, granted: readonly string[]): void {
  const known = Object.hasOwn(COMMANDS, name) && granted.includes(name);
  const rule = known ? COMMANDS[name] : Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  if (rule === undefined) {
    throw new ToolRefusal("command_denied", `The command ${name.slice(0, 64)} is not allowed.`);
  }
  const word = refusedWord(rule, words);
  if (word === undefined) return;
  throw new ToolRefusal("command_denied", `${name} ${word.slice(0, 64)} is not allowed.`);
}

/** What a line did to files, changes first: of these the ledger keeps one in any case. */
function reachedBy({ write, remove, looked }: ShellResult, read: readonly string[]): Reached[] {
  return [
    ...[...write.keys()].map((target) => ({ tool: "files.write", target })),
    ...remove.map((target) => ({ tool: "files.delete", target })),
    ...(looked ? [{ tool: "files.list", target: "" }] : []),
    ...read.map((target) => ({ tool: "files.read", target })),
  ];
}

type Shell = NonNullable<Policy["shell"]>;

function grantOf({ granted, ceiling }: Performing<Shell>): { maxMs: number; commands: string[] } {
  const commands = granted.commands.filter((name) => ceiling.commands.includes(name));
  return { commands, maxMs: Math.max(1, Math.min(granted.max_ms, ceiling.max_ms)) };
}

interface Files {
  list: readonly ShellFile[];
  read(path: string): Promise<Uint8Array>;
  change(result: ShellResult): Promise<void>;
  bytesRead(): number;
  /** The paths that were read. */
  pathsRead(): readonly string[];
}

/** The workspace as far as the policy grants files; without them there are none. */
async function openFiles(open: OpenWorkspace, at: Performing<Shell>): Promise<Files> {
  const workspace = openWorkspace(open, at);
  const list = workspace ? await listAll(workspace) : [];
  const paths: string[] = [];
  let bytes = 0;
  return {
    list,
    bytesRead: () => bytes,
    pathsRead: () => paths,
    async read(path) {
      if (!workspace) throw noFiles();
      const content = await workspace.read(path);
      bytes += content.length;
      paths.push(path);
      return content;
    },
    async change({ write, remove }) {
      if (write.size === 0 && remove.length === 0) return;
      if (!workspace) throw noFiles();
      await workspace.change({ write, remove });
    },
  };
}

function openWorkspace(
  open: OpenWorkspace,
  at: Performing<Shell>,
): Workspace | undefined {
  const { run, service, signal } = at;
  const grants = filesOf(at);
  if (!grants) return undefined;
  const [granted, ceiling] = grants;
  const readOnly = granted.access === "read" || ceiling.access === "read";
  return open({
    run: run.id,
    service,
    signal,
    access: readOnly ? "read" : "write",
    maxBytes: Math.min(granted.max_bytes, ceiling.max_bytes),
    maxFiles: Math.min(granted.max_files, ceiling.max_files),
  });
}

type Grants = readonly [
  granted: NonNullable<Policy["files"]>,
  ceiling: NonNullable<Policy["files"]>,
];

/**
 * What both grant of files. Where a person is asked about each use of files, a line that nobody was
 * asked about has none.
 */
function filesOf({ run, granted: shell, ceiling: most }: Performing<Shell>): Grants | undefined {
  const [granted, ceiling] = [
    run.recording ? run.ceiling.files : run.policy.files,
    run.ceiling.files,
  ];
  if (!granted || !ceiling) return undefined;
  const required = [granted, ceiling].some(({ approval }) => approval === "required");
  const asked = [shell, most].some(({ approval }) => approval === "required");
  return required && !asked ? undefined : [granted, ceiling];
}

async function listAll(workspace: Workspace): Promise<ShellFile[]> {
  const all: ShellFile[] = [];
  for (let more = true; more && all.length < MAX_FILES;) {
    const page = await workspace.list("", all.at(-1)?.path);
    all.push(...page.files.map(({ path, size, modifiedAt }) => ({ path, size, modifiedAt })));
    more = page.more;
  }
  return all;
}

function noFiles(): ToolRefusal {
  return new ToolRefusal("not_granted", "The agent's policy does not grant files.");
}
