import * as z from "zod";
import { type Call, type Route, route } from "../../_shared/route.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { findAgent } from "../agents/repo.ts";
import { AgentId, ByName } from "../agents/schema.ts";
import { deliveries } from "./deliveries.ts";
import * as repo from "./repo.ts";
import {
  ByWebhook,
  NewWebhook,
  Webhook,
  WebhookChange,
  WebhookRotation,
  Webhooks,
  WebhookWithSecret,
} from "./schema.ts";
import { createWebhook, type IsPrivate, rotateSecret, updateWebhook } from "./write.ts";

/** What webhooks need beside the platform. */
export interface WebhookDeps {
  /** Locks what they are signed with. */
  vault: Vault;
  isPrivate: IsPrivate;
}

/** Webhooks of agents, as their owners manage them. A secret is answered once, to who made it. */
export function createWebhooks({ vault, isPrivate }: WebhookDeps): readonly Route[] {
  const writing = ({ db, caller }: Call) => ({ db, vault, isPrivate, ownerId: caller.userId });
  return [
    ...readingRoutes,
    ...deliveries,
    route({
      method: "post",
      path: "/:name/webhooks",
      summary: "Have an address told, signed, when runs of the agent end",
      accept: z.object({ params: ByName, body: NewWebhook }),
      needs: "agents:write",
      budget: "write",
      status: 201,
      reply: WebhookWithSecret,
      faults: ["agent_quarantined", "too_many_webhooks", "secrets_unavailable"],
    }, async ({ params: { name }, body }, call) => {
      const created = await createWebhook(writing(call), name, body);
      call.reply("location", `/functions/v1/agents/${name}/webhooks/${created.id}`);
      return created;
    }),
    route(
      {
        method: "patch",
        path: "/:name/webhooks/:id",
        summary: "Switch a webhook on or off, or have it lead elsewhere",
        accept: z.object({ params: ByWebhook, body: WebhookChange }),
        needs: "agents:write",
        budget: "write",
        reply: Webhook,
        faults: ["agent_quarantined", "made_by_other_key"],
      },
      ({ params: { name, id }, body }, call) =>
        updateWebhook(writing(call), { agent: name, id }, body),
    ),
    route(
      {
        method: "post",
        path: "/:name/webhooks/:id/rotate",
        summary: "Give a webhook its next secret; the one before signs beside it for a while",
        accept: z.object({ params: ByWebhook, body: WebhookRotation }),
        needs: "agents:write",
        budget: "write",
        reply: WebhookWithSecret,
        faults: [
          "agent_quarantined",
          "made_by_other_key",
          "secret_changed",
          "secrets_unavailable",
        ],
      },
      ({ params: { name, id }, body }, call) =>
        rotateSecret(writing(call), { agent: name, id }, body.overlap_s),
    ),
  ];
}

const readingRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/:name/webhooks",
    summary: "List an agent's webhooks, newest first, without their secrets",
    accept: z.object({ params: ByName }),
    needs: "agents:read",
    budget: "read",
    reply: Webhooks,
  }, async ({ params: { name } }, { db, caller: { userId } }) => {
    const { id } = await findAgent(db, userId, name);
    return { data: await repo.listWebhooks(db, AgentId.parse(id)) };
  }),
  route({
    method: "get",
    path: "/:name/webhooks/:id",
    summary: "Get a webhook, without its secret",
    accept: z.object({ params: ByWebhook }),
    needs: "agents:read",
    budget: "read",
    reply: Webhook,
  }, async ({ params: { name, id } }, { db, caller: { userId } }) => {
    const agent = await findAgent(db, userId, name);
    return await repo.findWebhook(db, AgentId.parse(agent.id), id);
  }),
  route({
    method: "delete",
    path: "/:name/webhooks/:id",
    summary: "End a webhook at once, with what it was to be told, and forget its secret",
    accept: z.object({ params: ByWebhook }),
    needs: "agents:write",
    budget: "write",
    status: 204,
    faults: ["agent_quarantined"],
  }, ({ params: { name, id } }, { db }) => repo.deleteWebhook(db, { agent: name, id })),
];
