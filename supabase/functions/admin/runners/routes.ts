import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { enlistRunner } from "./enlist.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";

const { ByRunner, CreatedRunner, NewRunner, Runner, RunnerId, RunnerQuery } = schema;

/** Runners: who may take queued runs from outside. */
export const runners: readonly Route[] = [
  route({
    method: "get",
    path: "/runners",
    summary: "List the runners that take queued runs, newest first",
    accept: z.object({ query: RunnerQuery }),
    needs: "admin",
    budget: "read",
    reply: pageOf(Runner),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "runners",
      user: caller.userId,
      key: (runner: schema.Runner) => RunnerId.parse(runner.id),
      fetch: (page) => repo.listRunners(db, page),
    })),
  route({
    method: "post",
    path: "/runners",
    summary: "Make an identity for a runner. Its key is in this answer and in no other",
    accept: z.object({ body: NewRunner }),
    needs: "admin",
    budget: "write",
    status: 201,
    reply: CreatedRunner,
  }, ({ body }, { db, platform }) => enlistRunner({ db, keyEnv: platform.keyEnv }, body)),
  route({
    method: "delete",
    path: "/runners/:id",
    summary: "Revoke a runner, at once and for good: its runs go back into the queue",
    accept: z.object({ params: ByRunner }),
    needs: "admin",
    budget: "write",
    reply: Runner,
  }, ({ params }, { db }) => repo.revokeRunner(db, params.id)),
];
