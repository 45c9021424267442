import type { Limits } from "../engine.ts";

/** What the code in a guest has to know of its run, as JSON: bounds, and a seed for its dice. */
export function guestSettings(limits: Limits): string {
  return JSON.stringify({
    seed: [...crypto.getRandomValues(new Int32Array(3))],
    output: limits.outputBytes,
    log: limits.logBytes,
    tool: limits.toolBytes,
    toolCalls: limits.toolCalls,
    toolConcurrency: limits.toolConcurrency,
  });
}
