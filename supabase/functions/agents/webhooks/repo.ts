import { type Db, first, one, rows } from "../../_shared/db.ts";
import { SigningDraft } from "../../_shared/vault/schema.ts";
import type { NewSigning } from "../../_shared/vault/signing.ts";
import {
  type Delivery,
  DeliveryRow,
  type NewWebhook,
  type Webhook,
  type WebhookChange,
  WebhookRow,
} from "./schema.ts";

const COLUMNS =
  "id, url, statuses, enabled, disabled_reason, failing_since, secret_version, key_id, created_at, updated_at";
const DELIVERY_COLUMNS =
  "id, run_id, run_status, attempt, sending, next_at, created_at, delivered_at, gave_up_at, last_status, last_error, response, duration_ms";

/** One of an agent's webhooks, by its UUID. */
export interface WebhookKey {
  agent: string;
  id: string;
}

/** Of which webhook, and which stretch of its deliveries: newest first, after one of them. */
export interface DeliveryPage {
  webhookId: string;
  limit: number;
  after: string | undefined;
}

/** All webhooks of an agent, newest first. */
export async function listWebhooks(db: Db, agentId: string): Promise<Webhook[]> {
  const reply = await db.from("webhooks").select(COLUMNS).eq("agent_id", agentId)
    .order("id", { ascending: false }).limit(1_000);
  return WebhookRow.array().parse(rows(reply));
}

/** The agent's webhook of that id, or `not_found`. */
export async function findWebhook(db: Db, agentId: string, id: string): Promise<Webhook> {
  const reply = await db.from("webhooks").select(COLUMNS)
    .eq("agent_id", agentId).eq("id", id).maybeSingle();
  return WebhookRow.parse(one(reply));
}

/** What the next secret is bound to: of a new webhook, or of the one that is named. */
export async function draftWebhook(db: Db, agent: string, id?: string): Promise<SigningDraft> {
  const args = { agent_name: agent, ...(id !== undefined && { webhook_id: id }) };
  return SigningDraft.parse(rows(await db.rpc("draft_webhook", args)));
}

/** Makes a webhook with its locked secret. */
export async function insertWebhook(
  db: Db,
  { agent, id }: WebhookKey,
  { url, statuses }: NewWebhook,
  secret: NewSigning,
): Promise<Webhook> {
  const args = { agent_name: agent, webhook_id: id, url, statuses, ...argsOf(secret) };
  return WebhookRow.parse(first(await db.rpc("create_webhook", args)));
}

/** Changes a webhook. What is undefined stays. */
export async function changeWebhook(
  db: Db,
  { agent, id }: WebhookKey,
  { url, statuses, enabled }: WebhookChange,
): Promise<Webhook> {
  const reply = await db.rpc("change_webhook", {
    agent_name: agent,
    webhook_id: id,
    ...(url !== undefined && { url }),
    ...(statuses !== undefined && { statuses }),
    ...(enabled !== undefined && { enabled }),
  });
  return WebhookRow.parse(first(reply));
}

/** Gives a webhook its next secret, or throws `secret_changed` if somebody else just did. */
export async function rotateWebhook(
  db: Db,
  { agent, id }: WebhookKey,
  secret: NewSigning,
  { version, overlapS }: { version: number; overlapS: number },
): Promise<Webhook> {
  const args = { agent_name: agent, webhook_id: id, version, overlap_s: overlapS };
  return WebhookRow.parse(first(await db.rpc("rotate_webhook", { ...args, ...argsOf(secret) })));
}

/** Ends a webhook, with what it was to be told. */
export async function deleteWebhook(db: Db, { agent, id }: WebhookKey): Promise<void> {
  rows(await db.rpc("delete_webhook", { agent_name: agent, webhook_id: id }));
}

/** A webhook's deliveries, newest first. */
export async function listDeliveries(db: Db, page: DeliveryPage): Promise<Delivery[]> {
  let query = db.from("webhook_deliveries").select(DELIVERY_COLUMNS)
    .eq("webhook_id", page.webhookId);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return DeliveryRow.array().parse(rows(reply));
}

/** Has something told again, with the id that it had. */
export async function redeliver(
  db: Db,
  { agent, id }: WebhookKey,
  delivery: string,
): Promise<Delivery> {
  const args = { agent_name: agent, webhook_id: id, delivery_id: delivery };
  return DeliveryRow.parse(first(await db.rpc("redeliver", args)));
}

function argsOf({ id, kid, sealed }: NewSigning) {
  return { secret_id: id, kid, sealed };
}
