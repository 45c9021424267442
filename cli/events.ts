import * as z from "zod";
import type { Output } from "./output.ts";
import { oneLine, plainJson } from "./text.ts";

/** One thing that happened in a run, as far as it is told to people. */
export interface Happening {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly data: unknown;
}

const Log = z.object({ level: z.string(), message: z.string(), fields: z.unknown().optional() });
const Started = z.object({ version: z.number(), engine: z.string() });
const Ended = z.object({
  status: z.string(),
  error: z.object({
    name: z.string(),
    message: z.string(),
    line: z.number().optional(),
    column: z.number().optional(),
  }).nullish(),
  usage: z.object({ wall_ms: z.number(), cpu_ms: z.number(), memory_bytes: z.number() }).nullish(),
});

const COLOURS = new Map<string, "good" | "note">([
  ["succeeded", "good"],
  ["queued", "note"],
  ["running", "note"],
]);

/** One event on one line. What the agent said is spelled out where it would steer a terminal. */
export function describeEvent({ type, at, data }: Happening, paint: Output["paint"]): string {
  const time = paint.dim(new Date(at).toISOString().slice(11, 23));
  return `${time} ${describe(type, data, paint)}`;
}

function describe(type: string, data: unknown, paint: Output["paint"]): string {
  const log = Log.safeParse(data);
  if (type === "log" && log.success) return describeLog(log.data, paint);
  const started = Started.safeParse(data);
  if (type === "run.started" && started.success) {
    return paint.dim(oneLine(`started: version ${started.data.version} on ${started.data.engine}`));
  }
  const ended = Ended.safeParse(data);
  if (type.startsWith("run.") && ended.success) return describeEnding(ended.data, paint);
  return `${paint.dim(oneLine(type))} ${plainJson(data)}`;
}

function describeLog({ level, message, fields }: z.infer<typeof Log>, paint: Output["paint"]) {
  const colour = level === "error" ? paint.bad : level === "warn" ? paint.note : paint.dim;
  const more = fields === undefined ? "" : ` ${paint.dim(plainJson(fields))}`;
  return `${colour(oneLine(level))} ${oneLine(message)}${more}`;
}

/** How a run ended, what it cost, and why it did not succeed. */
export function describeEnding(ended: z.infer<typeof Ended>, paint: Output["paint"]): string {
  const { status, error, usage } = ended;
  const colour = COLOURS.get(status) ?? "bad";
  const where = error?.line === undefined ? "" : ` (${error.line}:${error.column ?? 1})`;
  const why = error ? `: ${oneLine(`${error.name}: ${error.message}`)}${where}` : "";
  const cost = usage
    ? paint.dim(
      `, ${Math.round(usage.wall_ms)} ms, ${Math.round(usage.cpu_ms)} ms CPU, ` +
        `${(usage.memory_bytes / 2 ** 20).toFixed(1)} MiB`,
    )
    : "";
  return `${paint[colour](oneLine(status))}${why}${cost}`;
}
