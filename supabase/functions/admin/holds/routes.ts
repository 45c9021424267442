import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";

const { ByHold, Hold, HoldId, HoldQuery, HoldRelease, NewHold } = schema;

/** Legal holds: what is kept although it is old. */
export const holds: readonly Route[] = [
  route({
    method: "get",
    path: "/holds",
    summary: "List legal holds, newest first",
    accept: z.object({ query: HoldQuery }),
    needs: "admin",
    budget: "read",
    reply: pageOf(Hold),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "holds",
      user: caller.userId,
      key: (hold: schema.Hold) => HoldId.parse(hold.id),
      fetch: (page) => repo.listHolds(db, query, page),
    })),
  route({
    method: "post",
    path: "/holds",
    summary: "Keep what a user, an agent or an incident left behind from expiring",
    accept: z.object({ body: NewHold }),
    needs: "admin",
    budget: "write",
    status: 201,
    reply: Hold,
    faults: ["not_found", "already_held"],
  }, ({ body }, { db }) => repo.hold(db, body)),
  route({
    method: "post",
    path: "/holds/:id/release",
    summary: "End a legal hold",
    accept: z.object({ params: ByHold, body: HoldRelease }),
    needs: "admin",
    budget: "write",
    reply: Hold,
    faults: ["not_held"],
  }, ({ params, body }, { db }) => repo.release(db, params.id, body.note)),
];
