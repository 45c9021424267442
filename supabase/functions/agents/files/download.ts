import { Fault } from "../../_shared/fault.ts";
import { ACTIVE } from "../../_shared/workspace/types.ts";
import type { FileEntry } from "../../_shared/workspace/schema.ts";

/**
 * A content as an answer that no browser runs or guesses about: to be saved under its name, of the
 * type that was found in it, and of plain text where that type could hold a program.
 */
export function download(file: FileEntry, bytes: Uint8Array): Response {
  return new Response(bytes.slice(), {
    headers: {
      "content-type": typeOf(file),
      "content-disposition": dispositionOf(file.path),
      "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "etag": `"${file.sha256}"`,
      "last-modified": new Date(file.modified_at).toUTCString(),
    },
  });
}

function typeOf({ type }: FileEntry): string {
  if (ACTIVE.includes(type)) return "text/plain; charset=utf-8";
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

/** The name in ASCII for those who know no better, and as it is (RFC 6266, RFC 8187). */
function dispositionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const plain = name.replace(/[^\w. ()+-]/g, "_");
  const encoded = encodeURIComponent(name)
    .replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/**
 * What an upload expects of the file that it replaces, from `If-Match: "<sha256>"` and
 * `If-None-Match: *`: the SHA-256, or "" for none.
 */
export function expectedOf(
  match: string | undefined,
  noneMatch: string | undefined,
): string | undefined {
  if (match !== undefined && noneMatch !== undefined) {
    throw new Fault("invalid_request", "If-Match and If-None-Match exclude each other.");
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === "*") return "";
    throw new Fault("invalid_request", "If-None-Match can only be *.");
  }
  if (match === undefined) return undefined;
  const hash = /^"([0-9a-f]{64})"$/.exec(match.trim())?.[1];
  if (hash === undefined) throw new Fault("invalid_request", "If-Match must be an ETag of a file.");
  return hash;
}
