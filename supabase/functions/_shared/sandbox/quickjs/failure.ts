import * as z from "zod";
import type { AgentError } from "../engine.ts";
import { PROGRAM_FILE } from "./machine.ts";

/** What a guest says of its own failure, still as it came: three JSON strings. */
export interface RawFailure {
  kind: string;
  name: string;
  message: string;
  stack: string;
}

const OWN_FRAME = new RegExp(`\\b${PROGRAM_FILE.replace(".", "\\.")}:(\\d{1,7}):(\\d{1,7})`);
const string = z.string();

/** Reads a failure. Of the stack only the agent's own line and column are kept. */
export function readFailure(raw: RawFailure): AgentError {
  const name = parse(raw.name) || "Error";
  const message = parse(raw.message);
  const frame = OWN_FRAME.exec(parse(raw.stack));
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

function parse(json: string): string {
  return string.parse(JSON.parse(json));
}
