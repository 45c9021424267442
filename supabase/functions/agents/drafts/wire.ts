import type { Egress } from "../../_shared/egress/egress.ts";
import type { ServiceSettings } from "../../_shared/env_services.ts";
import { createLlm } from "../../_shared/llm/client.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import type { DraftDeps } from "./write.ts";

/** A model has so long: a hosted request that stays silent for longer is cut off. */
const TIMEOUT_MS = 60_000;

/** Drafts as the environment describes them. */
export function draftsOf(
  { llm: { urls, keys, draftModel: model } }: ServiceSettings,
  { egress, secrets }: { egress: Egress; secrets: SecretKeeper | undefined },
): DraftDeps {
  return { llm: createLlm(egress, urls, { timeoutMs: TIMEOUT_MS }), keys, model, secrets };
}
