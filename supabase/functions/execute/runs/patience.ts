import type { Preferences } from "../../_shared/prefer.ts";
import type { Call } from "../../_shared/route.ts";
import { hasEnded, type Run } from "./schema.ts";

/** How long an answer may take, and what is said of it. */
export interface Patience {
  waitMs: number;
  /** Whether the run is queued rather than started at once. */
  queues: boolean;
  /** Which preferences are kept when the run has ended, and which when it goes on. */
  ended: string;
  running: string;
}

/** The patience of a client, if it has said anything of it; else it waits for the end. */
export function patienceOf({ respondAsync, waitS }: Preferences): Patience | undefined {
  if (!respondAsync && waitS === undefined) return undefined;
  const wait = waitS === undefined ? [] : [`wait=${waitS}`];
  const running = [...(respondAsync ? ["respond-async"] : []), ...wait];
  const waitMs = (waitS ?? 0) * 1000;
  return { waitMs, queues: respondAsync, ended: wait.join(), running: running.join(", ") };
}

/** What the work came to, unless it takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** 200 with a run that has ended, 202 with one that goes on. */
export function asFarAsItIs(call: Call, { ended, running }: Patience, run: Run): Run | Response {
  const applied = hasEnded(run.status) ? ended : running;
  if (applied !== "") call.reply("preference-applied", applied);
  return hasEnded(run.status) ? run : Response.json(run, { status: 202 });
}
