import * as z from "zod";
import type { AgentError, Limits } from "../engine.ts";
import { Stop, stopFor } from "./stop.ts";

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
/** What QuickJS and V8 say when a value is too large for the memory that is left. */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set([
  "InternalError: out of memory",
  "RangeError: Array buffer allocation failed",
]);
/** What QuickJS and V8 say to an import. */
const NO_IMPORT =
  /^(?:ReferenceError: could not load module|TypeError: A dynamic import callback was not)/;
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
  if (OUT_OF_MEMORY.has(`${name}: ${message}`)) {
    return { kind: "memory_limit", name, message, ...place };
  }
  if (raw.kind === "import" || NO_IMPORT.test(`${name}: ${message}`)) {
    return { kind: "contract", name: "ImportError", message: "Agents cannot import.", ...place };
  }
  if (raw.kind === "result") {
    return { kind: "contract", name, message: `The result is not JSON: ${message}` };
  }
  return { kind: raw.kind === "syntax" ? "syntax" : "threw", name, message, ...place };
}

/** The end of a run whose guest has described its failure. */
export function stopOf(raw: RawFailure, limits: Limits): Stop {
  const failure = readFailure(raw);
  if (failure === undefined) return stopFor("internal", limits);
  return failure.kind === "memory_limit" ? stopFor("memory_limit", limits) : new Stop(failure);
}

function parse(json: string): string | undefined {
  try {
    return string.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
