import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";

const { ByQuarantine, NewQuarantine, Quarantine, QuarantineId, QuarantineQuery, Release } = schema;

/** Quarantines: what is held for now. */
export const quarantines: readonly Route[] = [
  route({
    method: "get",
    path: "/quarantines",
    summary: "List quarantines, newest first",
    accept: z.object({ query: QuarantineQuery }),
    needs: "admin",
    budget: "read",
    reply: pageOf(Quarantine),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "quarantines",
      user: caller.userId,
      key: (quarantine: schema.Quarantine) => QuarantineId.parse(quarantine.id),
      fetch: (page) => repo.listQuarantines(db, query, page),
    })),
  route({
    method: "post",
    path: "/quarantines",
    summary: "Hold an agent, a key, a user or everything: runs stop, and none starts",
    accept: z.object({ body: NewQuarantine }),
    needs: "admin",
    budget: "write",
    status: 201,
    reply: Quarantine,
    faults: ["not_found", "already_quarantined", "last_admin"],
  }, ({ body }, { db }) => repo.quarantine(db, body)),
  route({
    method: "post",
    path: "/quarantines/:id/release",
    summary: "End a quarantine",
    accept: z.object({ params: ByQuarantine, body: Release }),
    needs: "admin",
    budget: "write",
    reply: Quarantine,
    faults: ["not_quarantined"],
  }, ({ params, body }, { db }) => repo.release(db, params.id, body.note)),
];
