import { Fault } from "../../../../supabase/functions/_shared/fault.ts";
import type { Charge, Limits } from "../../../../supabase/functions/_shared/limit/limits.ts";

/** How requests ended, by fault code or `passed`: how many, and how long the slowest took. */
export type Outcome = Record<string, { count: number; slowestMs: number }>;

/** How much is asked: so many requests, or for as long as nobody says that it is enough. */
export interface Load {
  concurrency: number;
  requests?: number | undefined;
  enough?: AbortSignal;
  /** Between the requests of one asker. */
  pauseMs?: number | undefined;
}

/** Pays again and again. */
export async function hammer(
  limits: Limits,
  charges: readonly Charge[],
  { concurrency, requests = Infinity, enough, pauseMs = 0 }: Load,
): Promise<Outcome> {
  const outcome: Outcome = {};
  let left = requests;
  const work = async () => {
    while (left-- > 0 && enough?.aborted !== true) {
      await once(limits, charges, outcome);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return outcome;
}

async function once(limits: Limits, charges: readonly Charge[], outcome: Outcome): Promise<void> {
  const started = performance.now();
  const how = await limits.take(charges).then(() => "passed", (err) => {
    if (err instanceof Fault) return err.code;
    throw err;
  });
  const { count, slowestMs } = outcome[how] ?? { count: 0, slowestMs: 0 };
  outcome[how] = {
    count: count + 1,
    slowestMs: Math.max(slowestMs, performance.now() - started),
  };
}

/** What several have seen, as one. */
export function sum(outcomes: readonly Outcome[]): Outcome {
  const all: Outcome = {};
  for (const [how, { count, slowestMs }] of outcomes.flatMap(Object.entries<Outcome[string]>)) {
    const before = all[how] ?? { count: 0, slowestMs: 0 };
    all[how] = {
      count: before.count + count,
      slowestMs: Math.max(before.slowestMs, slowestMs),
    };
  }
  return all;
}

/** A window that does not end within the next two minutes. */
export function calmWindowS(): number {
  const left = (windowS: number) => windowS - (Date.now() / 1000) % windowS;
  return [3_600, 5_400, 7_000].find((windowS) => left(windowS) > 120) ?? 9_000;
}
