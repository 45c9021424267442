import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { EndingStatus } from "../../_shared/sandbox/schema.ts";
import { PageQuery, Timestamp } from "../../_shared/schema.ts";
import { AgentName } from "../agents/schema.ts";

const webhookId = prefixedId("webhook");
const deliveryId = prefixedId("delivery");
const runId = prefixedId("run");
const keyId = prefixedId("key");

/** The path parameters that name one of an agent's webhooks. */
export const ByWebhook = z.object({ name: AgentName, id: webhookId.param });

/** The path parameters that name one of a webhook's deliveries. */
export const ByDelivery = ByWebhook.extend({ delivery: deliveryId.param });

/** The id of a delivery, as callers see it. */
export const DeliveryId = deliveryId;

/** Which deliveries to list. */
export const DeliveryQuery = PageQuery;

const STATUSES = [...EndingStatus.options, "lost"] as const;
const Status = z.enum(STATUSES);
const Statuses = z.array(Status).min(1).max(STATUSES.length)
  .refine((all) => new Set(all).size === all.length, "names each status once")
  .meta({ description: "How a run has to end for it to be told" });

/** Whether it leads to the Internet is asked each time something is sent. */
const Target = z.url({ protocol: /^https?$/ }).max(2_000)
  .meta({ description: "Where to tell of it: https" });

/** What a caller sends for a new webhook. */
export const NewWebhook = z.strictObject({
  url: Target,
  statuses: Statuses.default([...STATUSES]),
}).meta({ id: "NewWebhook" });
export type NewWebhook = z.infer<typeof NewWebhook>;

/** What of a webhook can be changed. What is left out stays. */
export const WebhookChange = z.strictObject({
  url: Target.optional(),
  statuses: Statuses.optional(),
  enabled: z.boolean().optional(),
}).refine((change) => Object.keys(change).length > 0, "something to change is needed")
  .meta({ id: "WebhookChange" });
export type WebhookChange = z.infer<typeof WebhookChange>;

/** The next secret of a webhook. */
export const WebhookRotation = z.strictObject({
  overlap_s: z.int().min(0).max(604_800).default(86_400)
    .meta({ description: "How many seconds the secret before signs beside it" }),
}).meta({ id: "WebhookRotation" });

/** A webhook, without its secret. */
export const Webhook = z.object({
  id: webhookId.wire,
  url: z.string().max(2_000),
  statuses: z.array(Status).max(STATUSES.length),
  enabled: z.boolean(),
  disabled_reason: z.enum(["failing", "gone"]).nullable()
    .meta({ description: "Why it was switched off for you: three days of failures, or a 410" }),
  failing_since: Timestamp.nullable(),
  secret_version: z.int().min(1),
  made_by: keyId.wire.nullable()
    .meta({ description: "The API key that it was made by, and with which it ends" }),
  created_at: Timestamp,
  updated_at: Timestamp,
}).meta({ id: "Webhook" });
export type Webhook = z.infer<typeof Webhook>;

/** A webhook and its secret, which is shown this once. */
export const WebhookWithSecret = Webhook.extend({ secret: z.string().max(256) })
  .meta({ id: "WebhookWithSecret" });

/** All of an agent's webhooks. */
export const Webhooks = z.object({ data: z.array(Webhook).max(1_000) });

/** What a row must be for us to serve it. */
export const WebhookRow = Webhook.omit({ made_by: true }).extend({
  id: z.uuid(),
  key_id: z.guid().nullable(),
}).transform(({ id, key_id, ...row }): Webhook => ({
  ...row,
  id: webhookId.of(id),
  made_by: key_id && keyId.of(key_id),
}));

/** What a webhook was told, or is to be. */
export const Delivery = z.object({
  id: deliveryId.wire,
  run: runId.wire,
  run_status: Status,
  state: z.enum(["waiting", "sending", "delivered", "gave_up"]),
  attempts: z.int().min(0),
  next_at: Timestamp.nullable().meta({ description: "When it is tried next" }),
  created_at: Timestamp,
  delivered_at: Timestamp.nullable(),
  last_status: z.int().nullable().meta({ description: "Of the last answer; null without one" }),
  last_error: z.string().max(100).nullable().meta({ description: "Why there was none" }),
  response: z.string().max(1_024).nullable().meta({ description: "What it began with" }),
  duration_ms: z.int().min(0).nullable(),
}).meta({ id: "WebhookDelivery" });
export type Delivery = z.infer<typeof Delivery>;

/** What a row must be for us to serve it. */
export const DeliveryRow = Delivery.omit({ run: true, state: true, attempts: true }).extend({
  id: z.uuid(),
  run_id: z.uuid(),
  attempt: z.int(),
  sending: z.boolean(),
  gave_up_at: Timestamp.nullable(),
}).transform(({ id, run_id, attempt, sending, gave_up_at, ...row }): Delivery => {
  const waits = sending ? "sending" : "waiting";
  const state = row.delivered_at ? "delivered" : gave_up_at ? "gave_up" : waits;
  return {
    ...row,
    id: deliveryId.of(id),
    run: runId.of(run_id),
    state,
    attempts: attempt,
    next_at: state === "waiting" ? row.next_at : null,
  };
});
