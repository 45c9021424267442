import type { KeepAlive } from "../../../supabase/functions/_shared/sandbox/process/keep.ts";

/** How large the pools of our process engine are here, on a runner too. */
export const POOL = { places: 8, warm: 4 } as const;

/** How long a process is kept where it is kept. */
export const KEEP: KeepAlive = { runs: 100_000, idleMs: 60_000 };

const LOOK_MS = 5;

/** Waits until as many sandboxes are warm as shall be; a pool that does not fill is told. */
export async function waitWarm(count: () => number | Promise<number>): Promise<void> {
  const started = performance.now();
  while (await count() < POOL.warm) {
    if (performance.now() - started > 30_000) throw new Error("the pool does not fill");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
