import * as z from "zod";
import { type Route, scheduledRoute } from "../../_shared/route.ts";
import { Work } from "./schema.ts";
import { doWork, type Task } from "./work.ts";

/** What the clock calls once a minute: everything by schedule that needs more than SQL. */
export function createRetention(tasks: readonly Task[]): readonly Route[] {
  return [
    scheduledRoute({
      method: "post",
      path: "/work",
      summary: "Do what is due outside of the database, and say how much it was",
      accept: z.object({}),
      access: "schedule",
      budget: "read",
      reply: Work,
    }, async (_, { platform: { log } }) => ({ tasks: await doWork(tasks, { log }) })),
  ];
}
