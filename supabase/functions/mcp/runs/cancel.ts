import type { Call } from "../../_shared/route.ts";
import { Fault } from "../../_shared/fault.ts";
import { pause } from "./follow.ts";
import { cancelRun, listStarted } from "./repo.ts";

const TRIES = 5;
const PAUSE_MS = 200;

/**
 * Stops the run that a request has started, wherever it was asked. The request may have arrived a
 * moment ago elsewhere: its run is looked for during a second. One that has ended, or was never
 * there, or is not the caller's to stop, stays as it is.
 */
export async function cancelExchange({ db, caller, signal }: Call, id: string): Promise<void> {
  for (let tries = 0; tries < TRIES && !signal.aborted; tries++) {
    const runs = await listStarted(db, caller.userId, id);
    for (const run of runs) await cancelRun(db, run).catch(ignoreRefusal);
    if (runs.length > 0) return;
    await pause(signal, PAUSE_MS);
  }
}

/** A cancellation is never answered: there is nobody to be told. */
function ignoreRefusal(err: unknown): void {
  if (err instanceof Fault) return;
  throw err;
}
