import type { RunnerCall } from "../../_shared/route.ts";
import { type Claimed, type Given, LEASE_S, type Offer } from "../../_shared/run/pull_wire.ts";
import { fromWire, toWire } from "../../_shared/sandbox/remote/wire.ts";
import { approvalSeconds, limitsFor, mayCall } from "../runs/limits.ts";
import { findAsked } from "../runs/repo.ts";
import { runId } from "../runs/schema.ts";
import { releaseRun, type Taken, takeRun } from "./repo.ts";

/** Between two looks at the queue for a runner that waits: the first, and the longest. */
const PAUSE_MS = [100, 1_000] as const;
/** How much longer each pause is than the one before. */
const GROWTH = 1.5;

/**
 * The next run for a runner, waited for as long as it likes, without a pause where the queue is worth
 * asking at once. What is taken for one that has left meanwhile goes back at once.
 */
export async function giveRun(call: RunnerCall, offer: Offer): Promise<Claimed> {
  const { service, runner, signal } = call;
  const until = performance.now() + offer.wait_s * 1_000;
  for (let pause: number = PAUSE_MS[0];; pause = Math.min(pause * GROWTH, PAUSE_MS[1])) {
    const taken = await takeRun(service, runner, LEASE_S);
    const again = taken === "again";
    if (taken !== undefined && !again) {
      return { claim: await give(call, taken, offer), again: false };
    }
    const left = until - performance.now();
    if (left <= 0 || signal.aborted) return { claim: null, again };
    if (!again) await sleep(Math.min(pause, left), signal);
  }
}

/** What the run may spend is settled here, by its policy and what the runner's engine can enforce. */
async function give(call: RunnerCall, taken: Taken, offer: Offer): Promise<Given | null> {
  const { service, runner, platform, requestId, signal } = call;
  const { run_id: run, claim, attempt, request_id, traceparent } = taken;
  if (signal.aborted) {
    await releaseRun(service, { runner, run, claim }, { delayMs: 0, reason: "runner_gone" });
    return null;
  }
  const engine = { defaults: fromWire(offer.defaults), ceiling: fromWire(offer.ceiling) };
  const limits = toWire(limitsFor(engine, taken.policy, await waitOf(call, taken)));
  const request = request_id ?? requestId;
  const { issue, tenant } = platform.claimTokens;
  return {
    run: runId.of(run),
    token: await issue({ runner, run, claim, attempt, limits, request }),
    attempt,
    tenant: await tenant(taken.owner_id),
    limits,
    request_id: request,
    traceparent,
  };
}

/** How long its calls may wait for a person, in seconds. */
async function waitOf({ service }: RunnerCall, { policy, recording }: Taken): Promise<number> {
  if (!mayCall(policy, recording)) return 0;
  return approvalSeconds(policy, await findAsked(service), recording);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
