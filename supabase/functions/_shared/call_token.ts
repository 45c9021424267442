import { base64url } from "jose";
import * as z from "zod";
import { createMac } from "./mac.ts";

const Pass = z.strictObject({ run: z.uuid(), attempt: z.int(), until: z.int() });

/** Who calls: a run, in one of its attempts. */
export type CallingAttempt = Pick<z.infer<typeof Pass>, "run" | "attempt">;

/** Passes for the tool calls of one attempt of a run: made where it executes, believed where tools are. */
export interface CallTokens {
  /** A pass for an attempt until a moment, in milliseconds since 1970. */
  issue(at: CallingAttempt, until: number): Promise<string>;
  /** Whom a pass is for; undefined when it is none of ours, or no longer. */
  read(token: string): Promise<CallingAttempt | undefined>;
}

/**
 * Call tokens under the project's secret key: `ct_<claims>.<HMAC>`. A pass says which run calls and
 * nothing of what it may: that is the database's word, at each call.
 */
export function createCallTokens(secret: string, now: () => number = Date.now): CallTokens {
  const mac = createMac(secret, "tool_call");
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    async issue({ run, attempt }, until) {
      const text = base64url.encode(encoder.encode(JSON.stringify({ run, attempt, until })));
      return `ct_${text}.${await mac.sign(text)}`;
    },
    async read(token) {
      const [, text, mark] = /^ct_([\w-]{1,200})\.([\w-]{43})$/.exec(token) ?? [];
      if (text === undefined || mark === undefined || !await mac.verify(text, mark)) {
        return undefined;
      }
      const { until, ...at } = Pass.parse(JSON.parse(decoder.decode(base64url.decode(text))));
      return now() < until ? at : undefined;
    },
  };
}
