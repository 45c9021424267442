import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import { describeLimits } from "./describe.ts";
import * as repo from "./repo.ts";
import { Limits } from "./schema.ts";

/** Limits: what a caller may spend, before it is refused. */
export const limits: readonly Route[] = [
  route({
    method: "get",
    path: "/limits",
    summary: "Show what you may spend, and what is left of it",
    accept: z.object({}),
    needs: "agents:read",
    budget: "read",
    reply: Limits,
    faults: ["limiter_unavailable"],
  }, (_, { caller, access, db, platform }) =>
    describeLimits({
      access,
      caller,
      usage: () => repo.findUsage(db),
      peek: (charges) => platform.limits.peek(charges),
    })),
];
