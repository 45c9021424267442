import { createEgress, type EgressDeps } from "../egress/create.ts";
import type { Egress } from "../egress/egress.ts";
import type { Env } from "../env.ts";

/**
 * The way out for webhooks. Whoever owns an agent chooses where one leads, and no policy or ceiling
 * is asked: what tools may reach inside is not open to them, but only the operator's own list.
 */
export function webhookEgress(
  { webhookOrigins }: Pick<Env, "webhookOrigins">,
  deps: Omit<EgressDeps, "privateOrigins"> = {},
): Egress {
  return createEgress({ ...deps, privateOrigins: webhookOrigins });
}
