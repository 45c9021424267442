import { matchesHost } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import type { CallingRun } from "../calls/tool.ts";

/** A key of a user's that a policy names, for one host. */
export interface OwnKey {
  run: CallingRun;
  name: string;
  /** Where it will be sent. */
  url: string;
  signal: AbortSignal;
}

/** Opens a user's own key for a service. Throws `secret_denied` where it is none, or not for there. */
export async function openOwnKey(
  secrets: SecretKeeper | undefined,
  { run: { userId, agentId }, name, url, signal }: OwnKey,
): Promise<string> {
  const secret = await secrets?.reveal({ userId, agentId, name }, signal);
  if (secret === undefined) {
    throw new ToolRefusal("secret_denied", `There is no secret ${name} that holds.`);
  }
  const { hostname } = new URL(url);
  if (secret.hosts.some((pattern) => matchesHost(pattern, hostname))) return secret.value;
  throw new ToolRefusal("secret_denied", `The secret ${name} is not for ${hostname}.`);
}
