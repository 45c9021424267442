import { Fault, type FaultCode } from "../fault.ts";
import type { Limits } from "../limit/limits.ts";
import type { Metrics } from "./recorder.ts";

/** What refusals count as; whatever else goes wrong is no decision. */
const DECISIONS: Partial<Record<FaultCode, string>> = {
  rate_limited: "refused",
  address_blocked: "blocked",
};

/** Limits whose decisions are counted. Those made without the store are counted where they are. */
export function measured(limits: Limits, metrics: Metrics): Limits {
  const count = (decision: string) =>
    metrics.count("cloister_limiter_decisions_total", { decision });
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const answer = await work;
      count("allowed");
      return answer;
    } catch (thrown) {
      const decision = thrown instanceof Fault ? DECISIONS[thrown.code] : undefined;
      if (decision !== undefined) count(decision);
      throw thrown;
    }
  };
  return {
    ...limits,
    admit: (address, budget) => counted(limits.admit(address, budget)),
    take: (charges) => counted(limits.take(charges)),
  };
}
