import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf, PageQuery } from "../../_shared/schema.ts";
import * as repo from "./repo.ts";
import { ByDead, DeadLetter, DeadRun, QueueOverview, Replay } from "./schema.ts";

/** The queue: how much waits, and what nobody could carry out. */
export const queue: readonly Route[] = [
  route({
    method: "get",
    path: "/queue",
    summary: "See how much is queued, for how long, whose, and who works on it",
    accept: z.object({}),
    needs: "admin",
    budget: "read",
    reply: QueueOverview,
  }, (_, { db }) => repo.readQueue(db)),
  route({
    method: "get",
    path: "/queue/dead",
    summary: "List the runs that infrastructure lost at every attempt, newest first",
    accept: z.object({ query: PageQuery }),
    needs: "admin",
    budget: "read",
    reply: pageOf(DeadLetter),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "dead_letters",
      user: caller.userId,
      key: (letter: DeadLetter) => DeadRun.parse(letter.run),
      fetch: (page) => repo.listDead(db, page),
    })),
  route({
    method: "post",
    path: "/queue/dead/:run/replay",
    summary: "Queue a dead letter anew, once, as its user, if they still may",
    accept: z.object({ params: ByDead }),
    needs: "admin",
    budget: "write",
    status: 202,
    reply: Replay,
    faults: [
      "already_replayed",
      "agent_archived",
      "agent_quarantined",
      "version_unapproved",
      "user_quarantined",
      "key_quarantined",
      "execution_suspended",
      "queue_full",
      "cpu_budget_spent",
    ],
  }, ({ params }, { db }) => repo.replayDead(db, params.run)),
];
