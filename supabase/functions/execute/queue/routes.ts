import * as z from "zod";
import { type Route, scheduledRoute } from "../../_shared/route.ts";
import { Look } from "./schema.ts";
import type { Worker } from "./worker.ts";

/** The clock's word that somebody is to look at the queue: what no isolate is working on begins. */
export function createQueue(worker: Worker): readonly Route[] {
  return [
    scheduledRoute({
      method: "post",
      path: "/queue/work",
      summary: "Work the queue off in the background",
      accept: z.object({}),
      access: "schedule",
      budget: "execute",
      status: 202,
      reply: Look,
    }, async (_input, { platform }) => ({ taken: await worker.look(platform) })),
  ];
}
