import * as z from "zod";
import type { Ending, Job } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { isShallow } from "../../supabase/functions/_shared/sandbox/depth.ts";
import type { Want } from "./program.ts";

const ACCEPTED: Record<Want, readonly Ending["status"][]> = {
  timeout: ["timed_out", "out_of_memory", "output_exceeded", "failed"],
  memory: ["out_of_memory", "timed_out", "failed", "succeeded"],
  limit: ["output_exceeded", "out_of_memory", "timed_out", "failed"],
  refused: ["succeeded", "failed", "timed_out", "out_of_memory", "output_exceeded"],
  error: ["failed", "timed_out", "out_of_memory", "output_exceeded"],
  harmless: ["succeeded", "failed", "timed_out", "out_of_memory", "output_exceeded"],
  ok: ["succeeded"],
};

const count = z.number().int().min(0);
const json = z.string().refine((text) => isShallow(text) && isJson(text));

const eventSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("log"),
    level: z.enum(["debug", "info", "warn", "error"]),
    message: z.string(),
    fields: json.optional(),
  }),
  z.strictObject({ type: z.literal("output"), value: json }),
  z.strictObject({ type: z.literal("tool.call"), call: count, tool: z.string().max(200) }),
  z.strictObject({
    type: z.literal("tool.result"),
    call: count,
    tool: z.string().max(200),
    ok: z.boolean(),
    ms: count,
  }),
]);

const endingSchema = z.strictObject({
  type: z.literal("ending"),
  status: z.enum([
    ...["succeeded", "failed", "timed_out", "out_of_memory", "output_exceeded"] as const,
    "cancelled",
  ]),
  output: json.optional(),
  error: z.strictObject({
    kind: z.string(),
    name: z.string().max(100),
    message: z.string().max(2_000),
    line: count.optional(),
    column: count.optional(),
  }).optional(),
  usage: z.strictObject({
    wallMs: count,
    cpuMs: count,
    memoryBytes: count,
    outputBytes: count,
    logBytes: count,
    events: count,
    toolCalls: count,
  }),
});

/** What a path of the host's, or one of its secrets, looks like. */
const HOST_FACT = /file:\/\/|\/(?:home|root|tmp|srv|usr|opt|var|app|child)\/|SECRET-|cloister/;
/** Programs put this word into results only where nothing may take it from. */
const FORGED = "FORGED";

/** What is wrong with all that an engine said of one run. */
export function judge(want: Want, job: Job, seen: readonly unknown[]): string[] {
  const last = endingSchema.safeParse(seen.at(-1));
  if (!last.success) return ["the run has no ending"];
  return [
    ...judgeEnding(want, last.data),
    ...judgeEvents(job, seen.slice(0, -1)),
    seen.some(isForged) ? ["a forged frame was believed"] : [],
    last.data.usage.toolCalls > job.limits.toolCalls ? ["too many tool calls"] : [],
  ].flat();
}

/** Logs and errors are the program's own words; what it computed and called is not forged there. */
function isForged(event: unknown): boolean {
  const { output, value, tool } = Object(event);
  return tool === FORGED || [output, value].some((text) => `${text}`.includes(FORGED));
}

/** How a run ended, in one word. */
export function statusOf(seen: readonly unknown[]): string {
  const last = endingSchema.safeParse(seen.at(-1));
  return last.success ? last.data.error?.kind ?? last.data.status : "none";
}

function judgeEnding(want: Want, ending: z.infer<typeof endingSchema>): string[] {
  const { status, error, output } = ending;
  return [
    ACCEPTED[want].includes(status) ? [] : [`${status} instead of ${want}`],
    error?.kind === "internal" ? ["the sandbox itself failed"] : [],
    /^\{"breach":/.test(output ?? "") ? [`it reports ${output}`] : [],
    error?.message.startsWith("BREACH") ? [`it reports ${error.message}`] : [],
    error && HOST_FACT.test(`${error.name} ${error.message}`)
      ? ["the error tells of the host"]
      : [],
    status === "succeeded" === (output !== undefined) ? [] : ["a result without success"],
  ].flat();
}

function judgeEvents(job: Job, events: readonly unknown[]): string[] {
  const parsed = events.flatMap((event) => eventSchema.safeParse(event).data ?? []);
  const open = new Map<number, string>();
  let unasked = 0;
  for (const event of parsed) {
    if (event.type === "tool.call") open.set(event.call, event.tool);
    if (event.type !== "tool.result") continue;
    if (open.get(event.call) !== event.tool) unasked++;
    open.delete(event.call);
  }
  return [
    parsed.length < events.length ? ["an event that is none"] : [],
    events.length > job.limits.events ? ["too many events"] : [],
    unasked > 0 ? ["an answer that nobody asked for"] : [],
  ].flat();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
