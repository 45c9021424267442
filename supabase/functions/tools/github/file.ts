import { fromBase64 } from "../../_shared/base64.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { FileReply } from "./schema.ts";

/** What fits into a tool's result, escaped. */
const MAX_FILE_BYTES = 180_000;

/** A file as programs see it. */
export interface RepositoryFile {
  path: string;
  sha: string;
  size: number;
  encoding: "utf8" | "base64";
  content: string;
}

/** Reads a file out of GitHub's answer. What is no file (a folder, a module) is `not_found`. */
export function readFileReply(reply: unknown): RepositoryFile {
  const parsed = FileReply.safeParse(reply);
  if (!parsed.success) throw new ToolRefusal("not_found", "There is no such file.");
  const { path, sha, size, encoding, content } = parsed.data;
  if (size > MAX_FILE_BYTES || encoding !== "base64") {
    throw new ToolRefusal("result_too_large", `A file may have ${MAX_FILE_BYTES} bytes.`);
  }
  const base64 = content.replace(/\s/g, "");
  const decoded = textOf(base64);
  return decoded === undefined
    ? { path, sha, size, encoding: "base64", content: base64 }
    : { path, sha, size, encoding: "utf8", content: decoded };
}

/** Undefined where the bytes are no text. */
function textOf(base64: string): string | undefined {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = decoder.decode(fromBase64(base64));
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
