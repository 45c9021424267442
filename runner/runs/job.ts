import * as z from "zod";
import { isShallow } from "../../supabase/functions/_shared/sandbox/depth.ts";
import type { Job } from "../../supabase/functions/_shared/sandbox/engine.ts";
import {
  Breach,
  type LineReader,
  LineTooLong,
  parseLine,
} from "../../supabase/functions/_shared/sandbox/remote/lines.ts";
import {
  JobLine,
  JSON_BYTES_PER_CHAR,
  LINE_SLACK_BYTES,
  MAX_TEXT,
  MAX_TOOLS,
} from "../../supabase/functions/_shared/sandbox/remote/wire.ts";
import { Problem } from "../problem.ts";
import type { Pass } from "../token.ts";
import type { Bridge } from "./bridge.ts";

/** The longest job there can be: program, input and the names of tools, all escaped. */
export const MAX_JOB_BYTES = JSON_BYTES_PER_CHAR * (2 * MAX_TEXT + MAX_TOOLS * 128) +
  LINE_SLACK_BYTES;

/**
 * The job of a run: the first line of its client. Undefined when the client left without one;
 * throws {@link Problem} when it is not a job, or that of another run.
 */
export async function readJob(
  reader: LineReader,
  pass: Pass,
  bridge: Bridge,
): Promise<Job | undefined> {
  const line = await reader.next(MAX_JOB_BYTES).catch(refuse);
  if (line === undefined) return undefined;
  const { run, program, input, tools } = parseJob(line);
  if (run !== pass.run) throw new Problem("run_mismatch");
  if (Math.max(program.length, input.length) > MAX_TEXT) throw new Problem("body_too_large");
  checkInput(input);
  return { program, input, tools: bridge.tools(tools), limits: pass.limits };
}

function refuse(thrown: unknown): undefined {
  if (thrown instanceof LineTooLong) throw new Problem("body_too_large", { cause: thrown });
  if (thrown instanceof Breach) throw new Problem("job_invalid", { cause: thrown });
  return undefined; // the connection broke: its client is gone
}

function parseJob(line: string): z.infer<typeof JobLine> {
  try {
    return parseLine(JobLine, line);
  } catch (cause) {
    throw new Problem("job_invalid", { cause });
  }
}

function checkInput(input: string): void {
  try {
    if (isShallow(input)) return void JSON.parse(input);
  } catch {
    // told below
  }
  throw new Problem("job_invalid", { detail: "The input is not JSON, or nested too deeply." });
}
