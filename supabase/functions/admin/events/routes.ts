import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { listEvents } from "./repo.ts";
import { EventId, EventQuery, SecurityEvent } from "./schema.ts";

/** Security events: what was tried and refused. */
export const events: readonly Route[] = [
  route(
    {
      method: "get",
      path: "/events",
      summary: "List security events, newest first",
      accept: z.object({ query: EventQuery }),
      needs: "audit:read",
      budget: "read",
      reply: pageOf(SecurityEvent),
      faults: ["invalid_cursor"],
    },
    ({ query: { limit, cursor, ...filter } }, { db, caller, platform }) =>
      paginate(platform.cursors, { limit, cursor }, {
        list: "events",
        user: caller.userId,
        key: (event: SecurityEvent) => EventId.parse(event.id),
        fetch: (page) => listEvents(db, filter, page),
      }),
  ),
];
