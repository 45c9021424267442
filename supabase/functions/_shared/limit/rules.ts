import type { Rule, RuleName } from "./store.ts";

/** Refused for longer each time: a minute, then five, half an hour, two hours, a day. */
const DURATIONS_S = [60, 300, 1_800, 7_200, 86_400];

/** How long an offence is remembered after the block that it led to has ended. */
export const MEMORY_S = 86_400;

/** What an address may do wrong in a minute before it is blocked. Many people may share one. */
export const RULES: Record<RuleName, Rule> = {
  auth_failed: { name: "auth_failed", threshold: 10, windowS: 60, durationsS: DURATIONS_S },
  probing: { name: "probing", threshold: 30, windowS: 60, durationsS: DURATIONS_S },
  rate_limited: { name: "rate_limited", threshold: 20, windowS: 60, durationsS: DURATIONS_S },
};

/** For how many seconds an offence blocks; 1 is the first one. */
export function durationS({ durationsS }: Rule, offence: number): number {
  return durationsS[Math.min(offence, durationsS.length) - 1] ?? 0;
}
