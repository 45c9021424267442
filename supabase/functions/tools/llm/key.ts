import type { LlmProvider } from "../../_shared/llm/client.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";

/** The operator's own keys. */
export type OperatorKeys = Readonly<Record<LlmProvider, string | undefined>>;

/** The operator's key, or `unavailable`. */
export function operatorKey(keys: OperatorKeys, provider: LlmProvider): string {
  const key = keys[provider];
  if (key !== undefined) return key;
  throw new ToolRefusal("unavailable", `This deployment has no key for ${provider}.`);
}
