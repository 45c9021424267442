import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import * as repo from "./repo.ts";
import { Ceiling } from "./schema.ts";

/** The ceiling: what no agent's policy can exceed. */
export const policy: readonly Route[] = [
  route({
    method: "get",
    path: "/policy",
    summary: "Get what no agent's policy can exceed",
    accept: z.object({}),
    needs: "admin",
    budget: "read",
    reply: Ceiling,
  }, (_, { db }) => repo.findCeiling(db)),
  route({
    method: "put",
    path: "/policy",
    summary: "Set what no agent's policy can exceed; it counts from the next tool call on",
    accept: z.object({ body: Ceiling }),
    needs: "admin",
    budget: "write",
    reply: Ceiling,
  }, ({ body }, { db }) => repo.setCeiling(db, body)),
];
