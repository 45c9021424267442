import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import * as repo from "./repo.ts";
import { ByKind, Expired, Policies, Policy, PolicyChange, Round } from "./schema.ts";

/** Retention: for how long what is kept, and what is too old already. */
export const retention: readonly Route[] = [
  route({
    method: "get",
    path: "/retention",
    summary: "List for how many days each kind of things is kept",
    accept: z.object({}),
    needs: "admin",
    budget: "read",
    reply: Policies,
  }, async (_, { db }) => ({ data: await repo.listPolicies(db) })),
  route({
    method: "put",
    path: "/retention/:kind",
    summary: "Set for how many days things of a kind are kept",
    accept: z.object({ params: ByKind, body: PolicyChange }),
    needs: "admin",
    budget: "write",
    reply: Policy,
  }, ({ params, body }, { db }) => repo.setPolicy(db, params.kind, body.keep_days)),
  route({
    method: "post",
    path: "/retention/run",
    summary: "Remove what is too old now, or count what would go",
    accept: z.object({ body: Round }),
    needs: "admin",
    budget: "write",
    reply: Expired,
  }, ({ body }, { db }) => repo.expire(db, body)),
];
