import type { Budget, Charge } from "./allowance.ts";

const WINDOW_S = 60;

/** Whose budgets a request is paid from, and how much each budget has a minute. */
export interface Payer {
  userId: string;
  keyId: string | undefined;
  quotas: Record<Budget, number>;
}

/** The user pays, and so does the key: several keys of one user share the user's budget. */
export function chargesOf({ userId, keyId, quotas }: Payer, budgets: readonly Budget[]): Charge[] {
  const subjects = [`user:${userId}`, ...(keyId === undefined ? [] : [`key:${keyId}`])];
  return budgets.flatMap((budget) =>
    subjects.map((subject) => ({ budget, subject, quota: quotas[budget], windowS: WINDOW_S }))
  );
}
