import { getLineInfo } from "acorn";
import { findAmbient } from "./ambient.ts";
import { findDefaultExport, findImports } from "./exports.ts";
import { type Finding, finding, Refused } from "./finding.ts";
import { listNodes } from "./nodes.ts";
import { parseModule } from "./parse.ts";
import { stripTypes } from "./strip.ts";

export type { Finding, FindingCode } from "./finding.ts";

/** The largest source that is accepted, in bytes of UTF-8. */
export const MAX_SOURCE_BYTES = 256 * 1024;

const MAX_NOTES = 50;

/** What becomes of a source: a program for an engine, or the errors that stand against it. */
export type Compiled =
  | { ok: true; program: string; findings: Finding[] }
  | { ok: false; findings: Finding[] };

/**
 * Makes an agent's source ready to run: TypeScript loses its types and keeps every line and column,
 * JavaScript stays as it is. Whatever a stranger writes, the answer comes within bounds of time and
 * memory; the same source always gets the same answer, except that the time limit is one of a clock.
 */
export async function compile(
  source: string,
  language: "typescript" | "javascript",
): Promise<Compiled> {
  try {
    refuseLarge(source);
    const program = language === "typescript" ? await stripTypes(source) : source;
    const findings = inspect(program);
    if (findings.some(({ severity }) => severity === "error")) return { ok: false, findings };
    return { ok: true, program, findings };
  } catch (thrown) {
    if (thrown instanceof Refused) return { ok: false, findings: [thrown.finding] };
    throw thrown;
  }
}

function refuseLarge(source: string): void {
  const tooLong = source.length > MAX_SOURCE_BYTES;
  if (!tooLong && new TextEncoder().encode(source).length <= MAX_SOURCE_BYTES) return;
  const message = `The source is larger than ${MAX_SOURCE_BYTES} bytes.`;
  throw new Refused(finding("source_too_large", message));
}

function inspect(program: string): Finding[] {
  const tree = parseModule(program);
  const nodes = listNodes(tree);
  const notes = [
    findImports(nodes).slice(0, MAX_NOTES),
    findDefaultExport(tree),
    findAmbient(nodes).slice(0, MAX_NOTES),
  ].flat().sort((a, b) => a.at - b.at);
  return notes.map(({ code, message, at }) => finding(code, message, getLineInfo(program, at)));
}
