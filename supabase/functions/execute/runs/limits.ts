import { DEFAULT_LIMITS, type Limits } from "../../_shared/sandbox/engine.ts";
import type { RunLimits } from "./schema.ts";

/** The limits of every run, as the engine counts them. */
export const LIMITS: Limits = DEFAULT_LIMITS;

/** The same limits, as the wire and the database spell them. */
export const DEFAULT_RUN_LIMITS: RunLimits = {
  wall_ms: LIMITS.wallMs,
  cpu_ms: LIMITS.cpuMs,
  memory_bytes: LIMITS.memoryBytes,
  output_bytes: LIMITS.outputBytes,
  log_bytes: LIMITS.logBytes,
  events: LIMITS.events,
  tool_calls: LIMITS.toolCalls,
  tool_concurrency: LIMITS.toolConcurrency,
  tool_bytes: LIMITS.toolBytes,
};
