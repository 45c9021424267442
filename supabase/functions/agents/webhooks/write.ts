import type { Db } from "../../_shared/db.ts";
import { isPublicAddress } from "../../_shared/egress/address.ts";
import type { Egress } from "../../_shared/egress/egress.ts";
import { Fault } from "../../_shared/fault.ts";
import { readTarget } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { newSigningSecret, sealSigning } from "../../_shared/vault/signing.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { changeWebhook, draftWebhook, insertWebhook, rotateWebhook } from "./repo.ts";
import type { WebhookKey } from "./repo.ts";
import type { NewWebhook, Webhook, WebhookChange } from "./schema.ts";

/** Which origins the operator declared reachable although they are not the Internet's. */
export type IsPrivate = Egress["isPrivate"];

/** Whose webhooks, what their secrets are locked with, and where they may lead. */
export interface Writing {
  db: Db;
  ownerId: string;
  vault: Vault;
  isPrivate: IsPrivate;
}

/** Makes a webhook, and answers its secret this once. */
export async function createWebhook(
  { db, ownerId, vault, isPrivate }: Writing,
  agent: string,
  draft: NewWebhook,
): Promise<Webhook & { secret: string }> {
  refuseTarget(draft.url, isPrivate);
  const { id, agent_id: agentId, version } = await draftWebhook(db, agent);
  const secret = newSigningSecret();
  const subject = { kind: "webhook", id, ownerId, agentId } as const;
  const sealed = await sealSigning(vault, subject, { version, value: secret });
  return { ...await insertWebhook(db, { agent, id }, draft, sealed), secret };
}

/** Changes a webhook; where it leads is looked at as for a new one. */
export async function updateWebhook(
  { db, isPrivate }: Pick<Writing, "db" | "isPrivate">,
  key: WebhookKey,
  change: WebhookChange,
): Promise<Webhook> {
  if (change.url !== undefined) refuseTarget(change.url, isPrivate);
  return await changeWebhook(db, key, change);
}

/** Gives a webhook its next secret, which is answered this once. */
export async function rotateSecret(
  { db, ownerId, vault }: Writing,
  key: WebhookKey,
  overlapS: number,
): Promise<Webhook & { secret: string }> {
  const { id, agent_id: agentId, version } = await draftWebhook(db, key.agent, key.id);
  const secret = newSigningSecret();
  const subject = { kind: "webhook", id, ownerId, agentId } as const;
  const sealed = await sealSigning(vault, subject, { version, value: secret });
  return { ...await rotateWebhook(db, key, sealed, { version, overlapS }), secret };
}

/**
 * Refuses what nothing would ever be sent to, so that it is heard of at once. What a name leads to
 * is not asked here: it may change, and is asked each time something is sent.
 */
function refuseTarget(text: string, isPrivate: IsPrivate): void {
  const url = targetOf(text);
  if (isPrivate(url)) return;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isName = /[a-z]/i.test(host) && !host.includes(":") && host.includes(".");
  if (url.protocol !== "https:" || !(isName || isPublicAddress(host))) {
    throw new Fault("invalid_request", "A webhook leads to an https address of the Internet.");
  }
}

function targetOf(text: string): URL {
  try {
    return readTarget(text);
  } catch (err) {
    if (!(err instanceof ToolRefusal)) throw err;
    throw new Fault("invalid_request", err.message);
  }
}
