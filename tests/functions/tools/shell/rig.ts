import assert from "@std/assert";
import { ToolRefusal } from "../../../../supabase/functions/_shared/policy/refusal.ts";
import type {
  FileInfo,
  OpenWorkspace,
  Workspace,
} from "../../../../supabase/functions/tools/files/store.ts";
import { COMMANDS } from "../../../../supabase/functions/tools/shell/commands.ts";
import {
  executeLine,
  parseLine,
  type ShellResult,
} from "../../../../supabase/functions/tools/shell/shell.ts";

/** Files by their paths. */
export type Files = Record<string, string>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What came of a line, its changes as texts. */
export interface Played extends Omit<ShellResult, "write"> {
  write: readonly (readonly [path: string, text: string])[];
}

/** Executes a line on some files, with every command that there is unless told otherwise. */
export async function play(
  line: string,
  { files = {}, stdin = "", maxMs = 5_000, commands = Object.keys(COMMANDS) }: {
    files?: Files;
    stdin?: string;
    maxMs?: number;
    commands?: readonly string[];
  } = {},
): Promise<Played> {
  const signal = AbortSignal.timeout(60_000);
  const tenant = crypto.randomUUID();
  await parseLine({ line, tenant }, signal);
  const list = Object.entries(files).map(([path, text]) => ({
    path,
    size: encoder.encode(text).length,
    modifiedAt: "2026-01-01T00:00:00Z",
  }));
  const read = (path: string) => Promise.resolve(encoder.encode(files[path]));
  const asked = { tenant, line, stdin, commands, files: list, maxMs, read };
  const { write, ...result } = await executeLine(asked, signal);
  const texts = [...write].map(([path, bytes]) => [path, decoder.decode(bytes)] as const);
  return { ...result, write: texts };
}

/** A workspace in memory, with what the shell asks of one. */
export function memory(files: Map<string, string>): OpenWorkspace {
  return ({ access }) => ({
    ...unasked,
    read: (path) => Promise.resolve(encoder.encode(files.get(path))),
    list: () => Promise.resolve({ files: [...files].map(infoOf), more: false }),
    change({ write, remove }) {
      if (access === "read") return Promise.reject(new ToolRefusal("not_granted", "Only reading."));
      for (const path of remove ?? []) files.delete(path);
      for (const [path, bytes] of write ?? []) files.set(path, decoder.decode(bytes));
      return Promise.resolve([]);
    },
  });
}

function infoOf([path, text]: [string, string]): FileInfo {
  const size = encoder.encode(text).length;
  return { path, size, type: "text/plain", sha256: "", modifiedAt: "2026-01-01T00:00:00Z" };
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("the shell does not ask for this"));
}

const unasked: Workspace = {
  read: refuse,
  readMany: refuse,
  write: refuse,
  append: refuse,
  change: refuse,
  list: refuse,
  stat: refuse,
  remove: refuse,
};

/** The code of what refused a line. */
export function codeOf(thrown: unknown): string {
  assert.ok(thrown instanceof ToolRefusal, String(thrown));
  return thrown.code;
}
