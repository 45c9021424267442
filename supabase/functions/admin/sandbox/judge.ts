import type { Ending, Event } from "../../_shared/sandbox/engine.ts";
import type { Want } from "./schema.ts";

const NOT_FINE: readonly Ending["status"][] = [
  "timed_out",
  "out_of_memory",
  "output_exceeded",
  "failed",
];

/** How a program may end that is held. It may fail earlier than was meant: not all engines have all. */
const ACCEPTED: Record<Want, readonly Ending["status"][]> = {
  timeout: NOT_FINE,
  memory: ["out_of_memory", "timed_out", "failed", "succeeded"],
  limit: NOT_FINE,
  refused: [...NOT_FINE, "succeeded"],
  error: NOT_FINE,
  harmless: [...NOT_FINE, "succeeded"],
  ok: ["succeeded"],
};

/** What a program returns that has reached something. */
const BREACH = /^\{"breach":/;
/** What only a host has: its paths, and addresses of its modules. */
export const HOST_FACT =
  /file:\/\/\/|\/(?:home|root|tmp|var|usr|app|opt|srv|child)\/|\/deno\b|cloister:/;

/** Whether the sandbox held a program, by what it let out of it. */
export function holds(want: Want, events: readonly Event[], ending: Ending): boolean {
  const { status, error, output = "" } = ending;
  return ACCEPTED[want].includes(status) && !BREACH.test(output) &&
    error?.kind !== "internal" && !HOST_FACT.test(JSON.stringify([events, ending])) &&
    !calls(events);
}

/** The programs are given no tools, so that no call of one can have come about. */
function calls(events: readonly Event[]): boolean {
  return events.some((event) => event.type === "tool.result" && event.ok);
}
