import { coresWanted, threadsOf } from "../proc.ts";
import type { Station } from "../station.ts";

const LOOK_MS = 25;
const QUIET_LOOKS = 2;

/**
 * Waits until a station uses next to nothing, so that what one peer leaves to do is not counted
 * against the next. False when it never rests.
 */
export async function calm(station: Station, looks: number, share: number): Promise<boolean> {
  let quiet = 0;
  for (let look = 0; look < looks; look++) {
    const pids = station.tree();
    const [before, started] = [threadsOf(pids), performance.now()];
    await pause(LOOK_MS);
    const after = threadsOf(pids);
    quiet = coresWanted(before, after, performance.now() - started) < share ? quiet + 1 : 0;
    if (quiet === QUIET_LOOKS) return true;
  }
  return false;
}

/** Sleeps, not at all when the time has passed already. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
