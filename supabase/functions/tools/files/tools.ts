import type * as z from "zod";
import { fromBase64, toBase64 } from "../../_shared/base64.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { Policy } from "../../_shared/policy/schema.ts";
import { checkPath, checkPrefix } from "../../_shared/workspace/path.ts";
import type { FileInfo, Workspace } from "../../_shared/workspace/workspace.ts";
import { defineTool, type Performing, type Plan, type Tool } from "../calls/tool.ts";
import { toRefusal } from "./refusal.ts";
import { ListArgs, PathArgs, ReadArgs, WriteArgs } from "./schema.ts";
import type { Opening, OpenWorkspace } from "./store.ts";

type Files = NonNullable<Policy["files"]>;

/** `files.read`, `.write`, `.append`, `.list`, `.stat` and `.delete`: the run's workspace. */
export function createFilesTools(open: OpenWorkspace): readonly Tool[] {
  const at = (performing: Performing<Files>) => open(openingOf(performing));
  return [readTool(at), listTool(at), statTool(at), deleteTool(at), ...writeTools(at)];
}

type At = (performing: Performing<Files>) => Workspace;

function readTool(at: At): Tool {
  return defineTool({
    name: "files.read",
    grant: "files",
    args: ReadArgs,
    plan: ({ path }) => plan(path, "read"),
    async perform({ path, encoding, offset, length }, performing) {
      const whole = await at(performing).read(path);
      const bytes = whole.subarray(offset, length === undefined ? undefined : offset + length);
      const content = encoding === "base64" ? { base64: toBase64(bytes) } : { text: decode(bytes) };
      return { value: { ...content, size: whole.length }, bytesIn: bytes.length };
    },
  });
}

function listTool(at: At): Tool {
  return defineTool({
    name: "files.list",
    grant: "files",
    args: ListArgs,
    plan: ({ prefix }) => ({ target: prefix, check: () => refusePath(checkPrefix, prefix) }),
    async perform({ prefix, after, limit }, performing) {
      const { files, more } = await at(performing).list(prefix, after);
      const some = files.slice(0, limit);
      return { value: { files: some.map(entry), more: more || files.length > limit } };
    },
  });
}

function statTool(at: At): Tool {
  return defineTool({
    name: "files.stat",
    grant: "files",
    args: PathArgs,
    plan: ({ path }) => plan(path, "read"),
    perform: async ({ path }, performing) => ({ value: entry(await at(performing).stat(path)) }),
  });
}

function deleteTool(at: At): Tool {
  return defineTool({
    name: "files.delete",
    grant: "files",
    args: PathArgs,
    plan: ({ path }) => plan(path, "write"),
    async perform({ path }, performing) {
      await at(performing).remove(path);
      return { value: null };
    },
  });
}

function writeTools(at: At): Tool[] {
  return (["write", "append"] as const).map((verb) =>
    defineTool({
      name: `files.${verb}`,
      grant: "files",
      args: WriteArgs,
      plan: (args) => ({ ...plan(args.path, "write"), summary: summaryOf(args) }),
      async perform(args, performing) {
        const bytes = contentOf(args);
        const file = await at(performing)[verb](args.path, bytes);
        return { value: entry(file), bytesOut: bytes.length };
      },
    })
  );
}

/** What policy and ceiling both grant. */
function openingOf({ run, service, signal, granted, ceiling }: Performing<Files>): Opening {
  const isReadOnly = granted.access === "read" || ceiling.access === "read";
  return {
    run: run.id,
    service,
    signal,
    access: isReadOnly ? "read" : "write",
    maxBytes: Math.min(granted.max_bytes, ceiling.max_bytes),
    maxFiles: Math.min(granted.max_files, ceiling.max_files),
  };
}

/** A path that leads elsewhere is denied as such, whatever is granted: the ledger shows it. */
function plan(path: string, access: Files["access"]): Plan<Files> {
  return {
    target: path,
    check(granted) {
      refusePath(checkPath, path);
      if (granted.access === "write" || access === "read") return;
      throw new ToolRefusal("not_granted", "The agent's policy grants reading files alone.");
    },
  };
}

function refusePath(check: (path: string) => void, path: string): void {
  try {
    check(path);
  } catch (cause) {
    throw toRefusal(cause);
  }
}

/** What a person sees who is asked: how much is to be written, and how it begins. */
function summaryOf(args: z.output<typeof WriteArgs>): unknown {
  if ("base64" in args) return { path: args.path, bytes: contentOf(args).length };
  const { path, text } = args;
  return { path, bytes: contentOf(args).length, begins: text };
}

function contentOf(args: z.output<typeof WriteArgs>): Uint8Array {
  return "text" in args ? new TextEncoder().encode(args.text) : fromBase64(args.base64);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ToolRefusal("type_denied", "The content is no text: read it as base64.", { cause });
  }
}

function entry({ path, size, type, sha256, modifiedAt }: FileInfo): unknown {
  return { path, size, type, sha256, modified_at: modifiedAt };
}
