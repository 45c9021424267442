import * as z from "zod";
import { rows } from "../db.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";
import type { Post } from "./webhook.ts";

const Delivery = z.object({ id: z.uuid(), attempt: z.int(), payload: z.unknown() });
type Delivery = z.infer<typeof Delivery>;

const BATCH = 10;
/** How many batches one round may bring; the rest is due in the next round. */
const MAX_BATCHES = 5;
/** A claim is ours for so long: well beyond the time-out of a delivery. */
const LEASE_S = 60;

/** What became of the alerts of a round. */
export interface Delivered {
  delivered: number;
  failed: number;
}

/** What delivering needs from outside. */
export interface DeliverDeps {
  service: Service;
  log: Log;
  post: Post;
}

/**
 * Delivers the alerts that are due. Each is claimed first, so that isolates share the work; when
 * one dies before it has said how it went, the alert is delivered again, with the same id.
 * Answers how many arrived and how many did not. Never throws.
 */
export async function deliverDue(deps: DeliverDeps): Promise<Delivered> {
  const told = { delivered: 0, failed: 0 };
  try {
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const claim = { max: BATCH, lease_s: LEASE_S };
      const claimed = z.array(Delivery).parse(rows(
        await deps.service("claim_alert_deliveries", claim),
      ));
      const arrived = await Promise.all(claimed.map((delivery) => deliver(deps, delivery)));
      for (const one of arrived) told[one ? "delivered" : "failed"]++;
      if (claimed.length < BATCH) break;
    }
  } catch (cause) {
    deps.log("warn", "alerts_not_claimed", { cause: describe(cause) });
  }
  return told;
}

async function deliver({ service, log, post }: DeliverDeps, delivery: Delivery): Promise<boolean> {
  const { id, attempt, payload } = delivery;
  const status = await post({ id, body: JSON.stringify(payload) });
  const delivered = status !== undefined && status >= 200 && status < 300;
  const fields = { alert_id: id, attempt, status };
  log(delivered ? "info" : "warn", delivered ? "alert_delivered" : "alert_not_delivered", fields);
  try {
    rows(await service("settle_alert_delivery", { id, delivered, status: status ?? 0 }));
  } catch (cause) {
    log("warn", "delivery_not_settled", { alert_id: id, cause: describe(cause) });
  }
  return delivered;
}
