import { LlmRefused } from "../../_shared/llm/client.ts";
import type { Cost } from "../../_shared/llm/cost.ts";
import type { Amount, Spent } from "../../_shared/policy/budget.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { Policy } from "../../_shared/policy/schema.ts";

/** What a policy or a ceiling grants of language models. */
export type LlmGrant = NonNullable<Policy["llm"]>;

/** A policy bounds what its agent spends in a day, a ceiling what all agents of a user do. */
export function amountsOf(
  { tokens, microusd }: Cost,
  { max_tokens, max_microusd_per_day }: LlmGrant,
  whose: "policy" | "ceiling",
): Amount[] {
  const scope = whose === "policy" ? "agent" : "user";
  return [
    { scope: "run", what: "llm_tokens", amount: tokens, most: max_tokens },
    { scope, what: "llm_microusd", amount: microusd, most: max_microusd_per_day },
  ];
}

/** What a call has cost, in every budget that it was reserved from. */
export function spentOf({ tokens, microusd }: Cost): Spent[] {
  return [
    { scope: "run", what: "llm_tokens", amount: tokens },
    { scope: "agent", what: "llm_microusd", amount: microusd },
    { scope: "user", what: "llm_microusd", amount: microusd },
  ];
}

/** A provider that refused a call took nothing for it; of any other failure nobody knows. */
export function settled(thrown: unknown): unknown {
  return thrown instanceof LlmRefused ? forNothing(thrown) : thrown;
}

/** A refusal before anything was spent: all that was reserved is given back. */
export function forNothing({ code, message, cause, until }: ToolRefusal): ToolRefusal {
  const spent = spentOf({ tokens: 0, microusd: 0 });
  return new ToolRefusal(code, message, { cause, ...until, spent });
}
