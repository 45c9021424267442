import type { Platform } from "../../_shared/platform.ts";
import type { Tool } from "./tool.ts";

/** Where what becomes of calls is counted and traced. */
export interface Watching extends Pick<Platform, "metrics" | "tracer"> {
  tools: ReadonlyMap<string, Tool>;
  /** The request's place in a trace. */
  traceparent: string | undefined;
}

/** What somebody said no to, rather than what went wrong or was spent. */
const DENIED = /^(?:not_granted|over_ceiling|secret_denied|\w+_denied)$/;
/** A person's no is the answer to a question, and no denial of the egress. */
const ASKED = "approval_denied";

/**
 * Watches one call: whoever knows its outcome says so, once. What a program calls that is no tool
 * goes by one name, since programs may call it anything.
 */
export function watchCall(
  { tools, metrics, tracer, traceparent }: Watching,
  asked: string,
): (outcome: string) => void {
  const tool = tools.has(asked) ? asked : "unknown";
  const started = performance.now();
  const span = tracer.start("tool call", {
    parent: traceparent,
    attributes: { "cloister.tool": tool },
  });
  let over = false;
  return (outcome) => {
    if (over) return;
    over = true;
    const seconds = (performance.now() - started) / 1_000;
    metrics.count("cloister_tool_calls_total", { tool, outcome });
    metrics.observe("cloister_tool_call_duration_seconds", { tool }, seconds);
    if (DENIED.test(outcome) && outcome !== ASKED) {
      metrics.count("cloister_egress_denials_total", { tool, reason: outcome });
    }
    span.set({ "cloister.outcome": outcome });
    span.end({ failed: outcome === "unavailable", name: `tool call ${tool}` });
  };
}
