import type { Limits } from "../../_shared/sandbox/engine.ts";
import type { RunLimits } from "./schema.ts";

/** A run's limits, as the wire and the database spell them. */
export function wireLimits(limits: Readonly<Limits>): RunLimits {
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
