import type { Api } from "./api.ts";
import { about } from "./errors.ts";
import { delayOf, isWorthwhile, pause } from "./retry.ts";
import { hasEnded } from "./status.ts";
import type { Run } from "./wire.ts";

/** How the end of a run is waited for. */
export interface WaitOptions {
  /** Stops waiting. The run goes on: what stops it is `runs.cancel()`. */
  signal?: AbortSignal | undefined;
  /** How often in a row a lost network or a busy server is asked again; 10 if left out. */
  maxReconnects?: number | undefined;
}

/** As many as outlast half a minute without a network. */
export const MAX_RECONNECTS = 10;
const FIRST_POLL_MS = 500;
const MOST_POLL_MS = 4_000;
const GROWTH = 1.5;

/**
 * A run when it has ended. A network that is lost is waited for, too; an error that rejects says by
 * its `runId` which run goes on.
 */
export async function waitForRun(api: Api, id: string, options: WaitOptions): Promise<Run> {
  const { signal, maxReconnects = MAX_RECONNECTS } = options;
  let pollMs = FIRST_POLL_MS;
  for (let failures = 0;;) {
    const run = await read(api, id, signal).catch((err: unknown) => {
      signal?.throwIfAborted();
      if (!isWorthwhile(err, true) || ++failures > maxReconnects) throw about(err, id);
      return pause(delayOf(err, failures), signal);
    });
    if (run === undefined) continue;
    if (hasEnded(run.status)) return run;
    failures = 0;
    await pause(pollMs, signal);
    pollMs = Math.min(MOST_POLL_MS, pollMs * GROWTH);
  }
}

function read(api: Api, id: string, signal: AbortSignal | undefined): Promise<Run> {
  return api.request("GET", "/execute/runs/{id}", { params: { id }, signal, retries: 0 });
}
