import * as z from "zod";
import type { Limits, Usage } from "../engine.ts";
import { EndingStatus, ErrorKind, limitsOf, LogLevel, usageOf } from "../schema.ts";

/** How long a program and an input may be, in characters. */
export const MAX_TEXT = 1024 * 1024;
/** The most tools that one run can be given. */
export const MAX_TOOLS = 256;
/** What of a line is neither text of the run nor bounded by its limits. */
export const LINE_SLACK_BYTES = 64 * 1024;
/** JSON writes a character in at most so many bytes. */
export const JSON_BYTES_PER_CHAR = 6;

const whole = z.int().min(0);
const call = z.int().min(1);
const toolName = z.string().max(128);

/** The limits as a run token and the environment spell them. */
export const WireLimits = z.strictObject(limitsOf(z.int().min(1)));

/** Limits, spelled for the wire. */
export function toWire(limits: Readonly<Limits>): z.infer<typeof WireLimits> {
  return {
    wall_ms: limits.wallMs,
    cpu_ms: limits.cpuMs,
    memory_bytes: limits.memoryBytes,
    output_bytes: limits.outputBytes,
    log_bytes: limits.logBytes,
    events: limits.events,
    tool_calls: limits.toolCalls,
    tool_concurrency: limits.toolConcurrency,
    tool_bytes: limits.toolBytes,
  };
}

/** Limits that came over the wire. */
export function fromWire(wire: z.infer<typeof WireLimits>): Limits {
  const { tool_concurrency: toolConcurrency, tool_bytes: toolBytes, ...usage } = wire;
  return { ...fromWireUsage(usage), toolConcurrency, toolBytes };
}

/** What a run has spent, spelled for the wire. */
export function toWireUsage(usage: Usage): z.infer<typeof UsageLine> {
  return {
    wall_ms: Math.round(usage.wallMs),
    cpu_ms: Math.round(usage.cpuMs),
    memory_bytes: Math.round(usage.memoryBytes),
    output_bytes: usage.outputBytes,
    log_bytes: usage.logBytes,
    events: usage.events,
    tool_calls: usage.toolCalls,
  };
}

/** What a runner says was spent. */
export function fromWireUsage(wire: z.infer<typeof UsageLine>): Usage {
  return {
    wallMs: wire.wall_ms,
    cpuMs: wire.cpu_ms,
    memoryBytes: wire.memory_bytes,
    outputBytes: wire.output_bytes,
    logBytes: wire.log_bytes,
    events: wire.events,
    toolCalls: wire.tool_calls,
  };
}

/** The first line of a client: what to run. `run` repeats the token's, so that none is mixed up. */
export const JobLine = z.strictObject({
  type: z.literal("job"),
  run: z.string().max(64),
  program: z.string(),
  input: z.string().default("null"),
  tools: z.array(toolName).max(MAX_TOOLS).default([]),
});

/** A tool's answer as JSON text: its value, or why there is none, as {@link ToolFailureJson}. */
export const AnswerLine = z.strictObject({
  type: z.literal("answer"),
  call,
  ok: z.boolean(),
  json: z.string(),
  ms: whole.optional(),
});

/** What the text of an {@link AnswerLine} that is not `ok` holds. */
export const ToolFailureJson = z.strictObject({
  code: z.string().max(64),
  message: z.string().max(300),
});

/** What a client says once the run is on its way. */
export const ClientLine = z.discriminatedUnion("type", [
  AnswerLine,
  z.strictObject({ type: z.literal("cancel") }),
]);

/** The runner's first line: a place is held for the run. */
export const PlacedLine = z.strictObject({
  type: z.literal("placed"),
  engine: z.string().regex(/^[a-z0-9_-]{1,32}$/),
  layers: z.array(z.string().regex(/^[a-z0-9_-]{1,32}$/)).max(32),
});

/** What is read of a runner's problem document. */
export const ProblemDocument = z.object({
  code: z.string().max(64),
  limit: z.string().max(64).optional(),
  asked: z.number().optional(),
  ceiling: z.number().optional(),
});

/** The last line of a run that never began: why, as a problem document. */
export const RefusedLine = z.strictObject({
  type: z.literal("refused"),
  problem: ProblemDocument,
});

const UsageLine = z.strictObject(usageOf(whole));

const ErrorLine = z.strictObject({
  kind: ErrorKind,
  name: z.string().max(200),
  message: z.string().max(4_000),
  line: z.int().min(1).exactOptional(),
  column: z.int().min(1).exactOptional(),
});

/** The runner's one last word on a run that began. */
export const EndingLine = z.strictObject({
  type: z.literal("ending"),
  status: EndingStatus,
  output: z.string().exactOptional(),
  error: ErrorLine.exactOptional(),
  usage: UsageLine,
});

/** A tool's name as the guest said it, which may be none; the guest's world cuts it at this length. */
const askedName = z.string().max(200);

/** Everything that a runner says after `placed`. */
export const RunnerLine = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("beat") }),
  z.strictObject({ type: z.literal("ask"), call, tool: askedName, args: z.string() }),
  z.strictObject({
    type: z.literal("log"),
    level: LogLevel,
    message: z.string(),
    fields: z.string().exactOptional(),
  }),
  z.strictObject({ type: z.literal("output"), value: z.string() }),
  z.strictObject({ type: z.literal("tool.call"), call, tool: askedName }),
  z.strictObject({
    type: z.literal("tool.result"),
    call,
    tool: askedName,
    ok: z.boolean(),
    ms: whole,
  }),
  RefusedLine,
  EndingLine,
]);

/** A line that a runner says after `placed`. */
export type RunnerLine = z.infer<typeof RunnerLine>;
/** The line in which a run ends. */
export type EndingLine = z.infer<typeof EndingLine>;
/** The line in which a runner tells of a place. */
export type PlacedLine = z.infer<typeof PlacedLine>;
/** A line that a runner is told. */
export type ClientLine = z.infer<typeof ClientLine> | z.infer<typeof JobLine>;
