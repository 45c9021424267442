import * as z from "zod";
import { rows } from "../db.ts";
import type { Egress } from "../egress/egress.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";
import { openSigning } from "../vault/signing.ts";
import type { Vault } from "../vault/vault.ts";
import { type Outcome, sendWebhook } from "./send.ts";

/** What sending needs from outside. */
export interface WebhookSending {
  /** `claim_webhook_deliveries` and `settle_webhook_delivery` are called. */
  service: Service;
  log: Log;
  egress: Egress;
  vault: Vault;
  /** How long one delivery may take; 10 s if left out. */
  timeoutMs?: number;
}

/** One round of sending. */
export interface Round {
  /** No delivery begins later than so many milliseconds after the first; 20,000 if left out. */
  ms?: number;
  /** Only what is this user's, where it is said. */
  ownerId?: string;
  signal?: AbortSignal;
}

/** What came of a round. */
export interface Sent {
  delivered: number;
  /** Not delivered, and to be tried again. */
  failed: number;
  gave_up: number;
}

const BATCH = 20;
const ROUND_MS = 20_000;
/** A claim is ours for so long: well beyond the time-out of a delivery. */
const LEASE_S = 60;

const Claimed = z.object({
  id: z.uuid(),
  attempt: z.int().positive(),
  owner_id: z.guid(),
  webhook_id: z.uuid(),
  agent_id: z.uuid(),
  url: z.string(),
  secrets: z.unknown(),
  payload: z.string().nullable(),
});
type Claimed = z.infer<typeof Claimed>;

const Verdict = z.enum(["delivered", "waiting", "gave_up", "stale"]);

/**
 * Sends what webhooks are to be told, until nothing is due or the round is over. Each delivery is
 * claimed first, so that many senders share the work and none sends what another has; one whose
 * sender dies is sent again, with the same id. Never throws.
 */
export async function deliverWebhooks(
  deps: WebhookSending,
  { ms = ROUND_MS, ownerId, signal = new AbortController().signal }: Round = {},
): Promise<Sent> {
  const sent: Sent = { delivered: 0, failed: 0, gave_up: 0 };
  const end = performance.now() + ms;
  try {
    while (performance.now() < end && !signal.aborted) {
      const args = { max: BATCH, lease_s: LEASE_S, ...(ownerId && { only_owner: ownerId }) };
      const reply = await deps.service("claim_webhook_deliveries", args);
      const claimed = z.array(Claimed).parse(rows(reply));
      if (claimed.length === 0) break;
      const verdicts = await Promise.all(claimed.map((one) => deliver(deps, one, signal)));
      for (const verdict of verdicts) count(sent, verdict);
    }
  } catch (cause) {
    deps.log("warn", "webhooks_not_claimed", { cause: describe(cause) });
  }
  return sent;
}

function count(sent: Sent, verdict: z.infer<typeof Verdict>): void {
  if (verdict === "delivered") sent.delivered++;
  else if (verdict === "gave_up") sent.gave_up++;
  else sent.failed++;
}

async function deliver(
  deps: WebhookSending,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<z.infer<typeof Verdict>> {
  const { service, log } = deps;
  const { id, attempt } = claimed;
  const outcome = await attemptOf(deps, claimed, signal);
  const { delivered, final, status, error, response, durationMs } = outcome;
  const fields = { delivery_id: id, webhook_id: claimed.webhook_id, attempt, status, error };
  log(delivered ? "info" : "warn", delivered ? "webhook_delivered" : "webhook_failed", fields);
  try {
    const reply = await service("settle_webhook_delivery", {
      ...{ id, attempt, delivered, final, duration_ms: durationMs },
      ...(status !== undefined && { status }),
      ...(error !== undefined && { error }),
      ...(response !== undefined && { response }),
    });
    return Verdict.parse(rows(reply));
  } catch (cause) {
    log("warn", "webhook_not_settled", { delivery_id: id, cause: describe(cause) });
    return "stale";
  }
}

async function attemptOf(
  { egress, vault, log, timeoutMs }: WebhookSending,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<Outcome> {
  const { id, payload, url, owner_id: ownerId, agent_id: agentId, webhook_id } = claimed;
  const nothing = { delivered: false, status: undefined, response: undefined, durationMs: 0 };
  if (payload === null) return { ...nothing, final: true, error: "run_gone" };
  try {
    const subject = { kind: "webhook", id: webhook_id, ownerId, agentId } as const;
    const secrets = await openSigning(vault, subject, claimed.secrets);
    const message = { id, url, secrets, body: payload, tenant: ownerId, timeoutMs };
    return await sendWebhook(egress, message, signal);
  } catch (cause) {
    log("error", "webhook_not_signed", { delivery_id: id, cause: describe(cause) });
    return { ...nothing, final: false, error: "not_signed" };
  }
}
