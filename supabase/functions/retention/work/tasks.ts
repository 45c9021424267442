import type { Signer } from "../../_shared/auth/signer.ts";
import type { Egress } from "../../_shared/egress/egress.ts";
import type { Log } from "../../_shared/log.ts";
import type { Service } from "../../_shared/service.ts";
import type { ObjectStore } from "../../_shared/storage.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { deliverDue } from "../../_shared/watch/deliver.ts";
import { type AlertWebhook, createPost } from "../../_shared/watch/webhook.ts";
import { deliverWebhooks } from "../../_shared/webhooks/deliver.ts";
import { removeGarbage } from "../../_shared/workspace/garbage.ts";
import { signCheckpoints } from "./checkpoints.ts";
import type { Task } from "./work.ts";

/** What the tasks work on. What a deployment does not have is undefined. */
export interface Beside {
  service: Service;
  log: Log;
  alertWebhook: AlertWebhook | undefined;
  objects: ObjectStore | undefined;
  /** How users' webhooks are reached, and what their secrets are locked by. */
  egress: Egress;
  vault: Vault;
  /** What checkpoints of the audit log are signed with, and whose key that is. */
  signer: Signer | undefined;
  issuer: string;
}

const ALERT_MS = 5_000;
/** No webhook is begun later than this: the last one takes its time. */
const WEBHOOKS_MS = 12_000;
/** How many hundreds of contents one call removes. */
const MAX_GARBAGE_BATCHES = 5;

/** Everything that is due now and then and that SQL cannot do by itself. */
export function tasksOf(beside: Beside): readonly Task[] {
  const { service, log, alertWebhook, objects, signer, issuer } = beside;
  const post = alertWebhook && createPost(alertWebhook, ALERT_MS);
  return [
    {
      name: "alerts",
      run: post && (async () => ({ ...await deliverDue({ service, log, post }) })),
    },
    {
      name: "checkpoints",
      run: signer && (() => signCheckpoints({ service, signer, issuer })),
    },
    {
      name: "webhooks",
      run: async () => ({ ...await deliverWebhooks(beside, { ms: WEBHOOKS_MS }) }),
    },
    { name: "garbage", run: objects && (() => collect(objects, service)) },
  ];
}

async function collect(objects: ObjectStore, service: Service): Promise<{ removed: number }> {
  let removed = 0;
  for (let batch = 0; batch < MAX_GARBAGE_BATCHES; batch++) {
    const found = await removeGarbage(objects, service);
    removed += found;
    if (found === 0) break;
  }
  return { removed };
}
