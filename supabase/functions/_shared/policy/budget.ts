/** Who shares a budget: one run, or for a day (UTC) all runs of an agent or of a user. */
export type Scope = "run" | "agent" | "user";

/** An amount to be reserved, and how much there is in all. */
export interface Amount {
  scope: Scope;
  /** What is counted, as `fetch_calls` or `llm_microusd`. */
  what: string;
  amount: number;
  most: number;
}

/** What of a reservation was spent in truth. */
export interface Spent {
  scope: Scope;
  what: string;
  amount: number;
}

/** Amounts with one entry for each budget: the larger reservation, against the lower bound. */
export function mergeAmounts(amounts: readonly Amount[]): Amount[] {
  const merged = new Map<string, Amount>();
  for (const asked of amounts) {
    const key = `${asked.scope} ${asked.what}`;
    const { amount, most } = merged.get(key) ?? asked;
    merged.set(key, {
      ...asked,
      amount: Math.max(amount, asked.amount),
      most: Math.min(most, asked.most),
    });
  }
  return [...merged.values()];
}
