import * as z from "zod";
import type { RequestContext } from "./context.ts";
import { createMac } from "./mac.ts";

/** Where one of our functions tells another on whose behalf it calls. */
export const FORWARDED_HEADER = "x-cloister-forwarded";

const LIFE_MS = 60_000;

const Origin = z.strictObject({
  address: z.string().max(100).nullable(),
  user_agent: z.string().max(512).nullable(),
  at: z.number(),
});

/**
 * Tells and believes from where a request came first, where one of our functions calls another with
 * its caller's own credential: who is behind it pays and answers for it, not our own address.
 */
export interface Forwarding {
  /** The header's value: good for 60 s, and beside this `Authorization` alone. */
  mark(context: RequestContext, authorization: string): Promise<string>;
  /** The context as it was first, where the request shows a mark of ours; else as it is. */
  believed(headers: Headers, context: RequestContext): Promise<RequestContext>;
}

/** Forwarding under the project's secret key: who does not hold it marks nothing. */
export function createForwarding(secret: string, now: () => number = Date.now): Forwarding {
  const mac = createMac(secret, "forwarded");
  return {
    async mark({ address = null, userAgent = null }, authorization) {
      const text = JSON.stringify({ address, user_agent: userAgent, at: now() });
      const mark = await mac.sign(`${text}\n${authorization}`);
      return `${encodeURIComponent(text)}.${mark}`;
    },
    async believed(headers, context) {
      const value = headers.get(FORWARDED_HEADER) ?? "";
      const [, payload = "", mark = ""] = /^([\w.!~*'()%-]{1,4000})\.([\w-]{43})$/.exec(value) ??
        [];
      const text = decode(payload);
      if (text === "") return context;
      const isOurs = await mac.verify(`${text}\n${headers.get("authorization") ?? ""}`, mark);
      const origin = isOurs ? Origin.parse(JSON.parse(text)) : undefined;
      if (origin === undefined || now() - origin.at > LIFE_MS) return context;
      const { address, user_agent } = origin;
      return { ...context, address: address ?? undefined, userAgent: user_agent ?? undefined };
    },
  };
}

function decode(payload: string): string {
  try {
    return decodeURIComponent(payload);
  } catch {
    return "";
  }
}
