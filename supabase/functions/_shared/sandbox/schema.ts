import * as z from "zod";
import { ENDING_STATUSES, ERROR_KINDS, LOG_LEVELS } from "./engine.ts";

/** Why a run did not succeed. */
export const ErrorKind = z.enum(ERROR_KINDS);

/** How a run that began has ended. */
export const EndingStatus = z.enum(ENDING_STATUSES);

/** How grave what an agent logs is. */
export const LogLevel = z.enum(LOG_LEVELS);

/** What a run has spent as the wire spells it; each of it is such an `amount`. */
export function usageOf<Amount extends z.ZodType>(amount: Amount) {
  return {
    wall_ms: amount,
    cpu_ms: amount,
    memory_bytes: amount,
    output_bytes: amount,
    log_bytes: amount,
    events: amount,
    tool_calls: amount,
  };
}

/** The limits of a run as the wire spells them; each of them is such an `amount`. */
export function limitsOf<Amount extends z.ZodType>(amount: Amount) {
  return { ...usageOf(amount), tool_concurrency: amount, tool_bytes: amount };
}
