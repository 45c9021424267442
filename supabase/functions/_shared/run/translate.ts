import type { Ending, Event } from "../sandbox/engine.ts";
import { toWireUsage } from "../sandbox/remote/wire.ts";
import type { Settlement } from "./ledger.ts";
import type { RunUsage } from "./schema.ts";

/** What a run used that never came to execute. */
export const NOTHING_USED: RunUsage = {
  wall_ms: 0,
  cpu_ms: 0,
  memory_bytes: 0,
  output_bytes: 0,
  log_bytes: 0,
  events: 0,
  tool_calls: 0,
};

/** An event's JSON text. What the agent made is text already and is not parsed here. */
export function dataOf(event: Event): string {
  switch (event.type) {
    case "log": {
      const head = JSON.stringify({ level: event.level, message: event.message });
      if (event.fields === undefined) return head;
      return `${head.slice(0, -1)},"fields":${event.fields}}`;
    }
    case "output":
      return event.value;
    case "tool.call":
    case "tool.result": {
      const { type: _, ...data } = event;
      return JSON.stringify(data);
    }
  }
}

/** An engine's ending, as the wire and the database spell it. */
export function settlementOf(ending: Ending): Settlement {
  const { status, output, error } = ending;
  const usage = toWireUsage(ending.usage);
  return { status, ...(output !== undefined && { output }), ...(error && { error }), usage };
}
