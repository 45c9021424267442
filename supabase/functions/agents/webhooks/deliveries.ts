import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId } from "../agents/schema.ts";
import * as repo from "./repo.ts";
import { ByDelivery, ByWebhook, Delivery, DeliveryId, DeliveryQuery } from "./schema.ts";

/** What webhooks were told, and telling it again. */
export const deliveries: readonly Route[] = [
  route({
    method: "get",
    path: "/:name/webhooks/:id/deliveries",
    summary: "List what a webhook was told and is to be, newest first",
    accept: z.object({ params: ByWebhook, query: DeliveryQuery }),
    needs: "agents:read",
    budget: "read",
    reply: pageOf(Delivery),
    faults: ["invalid_cursor"],
  }, async ({ params: { name, id }, query }, { db, caller: { userId }, platform }) => {
    const agent = await findAgent(db, userId, name);
    await repo.findWebhook(db, AgentId.parse(agent.id), id);
    return await paginate(platform.cursors, query, {
      list: `webhooks/${id}`,
      user: userId,
      key: (delivery: Delivery) => DeliveryId.param.parse(delivery.id),
      fetch: (page) => repo.listDeliveries(db, { webhookId: id, ...page }),
    });
  }),
  route(
    {
      method: "post",
      path: "/:name/webhooks/:id/deliveries/:delivery/redeliver",
      summary: "Tell a webhook something again, with the same id, whether it arrived or not",
      accept: z.object({ params: ByDelivery }),
      needs: "agents:write",
      budget: "write",
      status: 202,
      reply: Delivery,
      faults: ["agent_quarantined", "webhook_disabled"],
    },
    ({ params: { name, id, delivery } }, { db }) =>
      repo.redeliver(db, { agent: name, id }, delivery),
  ),
];
