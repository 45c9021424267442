import * as z from "zod";
import type { SseMessage } from "../../_shared/sse.ts";
import { isTerminal, type Run, type RunUsage } from "../runs/schema.ts";
import { Ending, type Invocation } from "./schema.ts";

const Event = z.object({ data: z.unknown().optional() });

/** A run that has ended, as an answer to `invoke`. */
export function invocationOf(run: Run): Invocation {
  const { id: run_id, version, usage, request_id } = run;
  return {
    success: run.status === "succeeded",
    result: run.output ?? null,
    error: failureOf(run),
    usage,
    metadata: {
      execution_time: secondsOf(usage),
      agent_version: String(version),
      run_id,
      request_id,
    },
  };
}

/**
 * A run's messages as RunAgent's: `start`, a `chunk` for each part that the agent puts out, then
 * `done` or `error`. A run that puts nothing out has its result as the only chunk. Logs and tool
 * calls are left out; where messages stop without an end, so does this.
 */
export async function* tellAsRunAgent(
  messages: AsyncIterable<SseMessage>,
): AsyncGenerator<SseMessage> {
  let index = 0;
  for await (const { id, event, data: text } of messages) {
    const { data } = Event.parse(JSON.parse(text));
    const say = (event: string, said: unknown) => ({ id, event, data: JSON.stringify(said) });
    if (event === "run.started" && index === 0) yield say("start", { message: "Stream started" });
    if (event === "output") yield say("chunk", { content: contentOf(data), index: index++ });
    if (!isTerminal(event)) continue;
    const ending = Ending.parse(data);
    const failure = failureOf(ending);
    if (failure) return yield say("error", { error: failure.message, code: failure.code });
    const result = ending.output ?? null;
    if (index === 0 && result !== null) {
      yield say("chunk", { content: contentOf(result), index: 0 });
    }
    const execution_time = secondsOf(ending.usage);
    yield say("done", { message: "Stream complete", usage: ending.usage ?? null, execution_time });
  }
}

/** Clients put chunks together as text: what is none is told as JSON. */
function contentOf(part: unknown): string {
  return typeof part === "string" ? part : JSON.stringify(part);
}

function failureOf({ status, error }: Pick<Ending, "status" | "error">): Invocation["error"] {
  if (status === "succeeded") return null;
  return { code: status, message: error?.message ?? `The run ended as ${status}.` };
}

function secondsOf(usage: RunUsage | null | undefined): number | null {
  return usage ? usage.wall_ms / 1000 : null;
}
