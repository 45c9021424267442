import type { Access } from "../../_shared/auth/access.ts";
import type { Caller } from "../../_shared/auth/caller.ts";
import { type Allowance, chargesOf, type Limits as Limiter } from "../../_shared/limit/limits.ts";
import type { Limits, RequestBudget, Usage } from "./schema.ts";

const BUDGETS = ["read", "write", "execute", "stream"] as const;

/** What is asked of others. */
export interface Needs {
  access: Access;
  caller: Pick<Caller, "userId" | "keyId">;
  usage(): Promise<Usage>;
  peek: Limiter["peek"];
}

/** The caller's limits. A key shares its owner's budgets, so the one with less left is told. */
export async function describeLimits({ access, caller, usage, peek }: Needs): Promise<Limits> {
  const { role, limits } = access;
  const charges = chargesOf({ ...caller, quotas: limits }, BUDGETS);
  const [spent, allowances] = await Promise.all([usage(), peek(charges)]);
  return {
    role,
    budgets: BUDGETS.flatMap((budget) =>
      tightest(allowances.filter((allowance) => allowance.budget === budget))
    ),
    concurrent_runs: { quota: limits.concurrent_runs, running: spent.running_runs },
    cpu: {
      quota_s: limits.cpu_seconds_per_day,
      used_ms: spent.cpu_ms_today,
      resets_at: spent.cpu_resets_at,
    },
  };
}

function tightest(allowances: readonly Allowance[]): RequestBudget[] {
  const [least] = allowances.toSorted((a, b) => a.remaining - b.remaining);
  if (least === undefined) return [];
  const { budget, quota, windowS, remaining, resetS } = least;
  return [{ budget, quota, window_s: windowS, remaining, reset_s: resetS }];
}
