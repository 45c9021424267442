import * as z from "zod";
import { Bytes } from "../../_shared/input.ts";
import { about } from "../../_shared/log.ts";
import { publicRoute, type Route } from "../../_shared/route.ts";
import type { Platform } from "../../_shared/platform.ts";
import type { Vault } from "../../_shared/vault/vault.ts";
import { receive } from "./receive.ts";
import { ByHook, HookReceipt, RunParam } from "./schema.ts";

/** As much as an input may have. */
const MAX_BYTES = 256 * 1024;

/** What hooks need beside the platform. */
export interface HookDeps {
  /** Opens what hooks are signed with. */
  vault: Vault;
  /** Told when a run has been queued. */
  onQueued(platform: Platform): void;
}

/** Hooks: the addresses by which other people's servers start runs. */
export function createHooks({ vault, onQueued }: HookDeps): readonly Route[] {
  return [
    publicRoute(
      {
        method: "post",
        path: "/hooks/:id",
        summary: "Start a run by a hook: the body is its input, signed with the hook's secret",
        accept: z.object({ params: ByHook, bytes: Bytes }),
        access: "public",
        budget: "execute",
        maxBytes: MAX_BYTES,
        headers: {
          "webhook-id": "Standard Webhooks: what tells one delivery from another",
          "webhook-timestamp": "Standard Webhooks: when it was sent, at most five minutes ago",
          "webhook-signature": "Standard Webhooks: `v1,` and the signature",
          "x-hub-signature-256": "GitHub: `sha256=` and the signature",
          "x-github-delivery": "GitHub: what tells one delivery from another",
          "x-github-event": "GitHub: `ping` starts no run",
        },
        status: 202,
        reply: HookReceipt,
        faults: [
          ...["signature_invalid", "invalid_json", "body_too_large", "invalid_input"] as const,
          ...["agent_archived", "agent_quarantined", "version_unapproved"] as const,
          ...["user_quarantined", "key_quarantined", "execution_suspended"] as const,
          ...["hook_throttled", "queue_full", "cpu_budget_spent", "limiter_unavailable"] as const,
        ],
      },
      async ({ params: { id }, bytes }, platform, { service, header, requestId, noteRun }) => {
        const receipt = await receive(
          {
            service,
            log: about(platform.log, { request_id: requestId }),
            limits: platform.limits,
            vault,
            onQueued: () => onQueued(platform),
          },
          { id, bytes, header, requestId },
        );
        if (receipt.run !== null) noteRun(RunParam.parse(receipt.run));
        return receipt;
      },
    ),
  ];
}
