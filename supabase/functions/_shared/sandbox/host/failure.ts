import * as z from "zod";
import type { AgentError } from "../engine.ts";

/** The name under which an agent's code appears in its stack traces. */
export const PROGRAM_FILE = "agent.js";

/** What a guest says of its own failure, still as it came: three JSON strings. */
export interface RawFailure {
  kind: string;
  name: string;
  message: string;
  stack: string;
}

const OWN_FRAME = new RegExp(
  `\\b${PROGRAM_FILE.replace(".", "\\.")}:([1-9]\\d{0,6}):([1-9]\\d{0,6})`,
);
const string = z.string();

/**
 * Reads a failure; undefined when it is not what our own code in the guest writes. Of the stack
 * only the agent's own line and column are kept.
 */
export function readFailure(raw: RawFailure): AgentError | undefined {
  const texts = [raw.name, raw.message, raw.stack].map(parse);
  const [given, message, stack] = texts;
  if (given === undefined || message === undefined || stack === undefined) return undefined;
  const name = given || "Error";
  const frame = OWN_FRAME.exec(stack);
  const place = frame ? { line: Number(frame[1]), column: Number(frame[2]) } : {};
  if (name === "InternalError" && message === "out of memory") {
    return { kind: "memory_limit", name, message, ...place };
  }
  if (name === "ReferenceError" && message.startsWith("could not load module")) {
    return { kind: "contract", name: "ImportError", message: "Agents cannot import.", ...place };
  }
  if (raw.kind === "result") {
    return { kind: "contract", name, message: `The result is not JSON: ${message}` };
  }
  return { kind: raw.kind === "syntax" ? "syntax" : "threw", name, message, ...place };
}

function parse(json: string): string | undefined {
  try {
    return string.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
