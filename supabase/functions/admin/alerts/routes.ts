import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import * as repo from "./repo.ts";
import * as schema from "./schema.ts";

const { Acknowledgement, Alert, AlertId, AlertQuery, ByAlert, ByRule, Rule, RuleChange, Rules } =
  schema;

/** Alerts: what somebody should look at, and when there are any. */
export const alerts: readonly Route[] = [
  route({
    method: "get",
    path: "/alerts",
    summary: "List alerts, newest first",
    accept: z.object({ query: AlertQuery }),
    needs: "audit:read",
    budget: "read",
    reply: pageOf(Alert),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "alerts",
      user: caller.userId,
      key: (alert: schema.Alert) => AlertId.parse(alert.id),
      fetch: (page) => repo.listAlerts(db, query, page),
    })),
  route({
    method: "post",
    path: "/alerts/:id/acknowledge",
    summary: "Say that an alert has been seen to",
    accept: z.object({ params: ByAlert, body: Acknowledgement }),
    needs: "admin",
    budget: "write",
    reply: Alert,
  }, ({ params, body }, { db }) => repo.acknowledge(db, params.id, body.note)),
  route({
    method: "get",
    path: "/alert-rules",
    summary: "List the rules that make alerts",
    accept: z.object({}),
    needs: "audit:read",
    budget: "read",
    reply: Rules,
  }, async (_, { db }) => ({ data: await repo.listRules(db) })),
  route({
    method: "put",
    path: "/alert-rules/:name",
    summary: "Make a rule, or change when it makes an alert",
    accept: z.object({ params: ByRule, body: RuleChange }),
    needs: "admin",
    budget: "write",
    reply: Rule,
  }, ({ params, body }, { db }) => repo.setRule(db, params.name, body)),
];
