import type {
  RunLedger,
  Settled,
  Settlement,
} from "../../supabase/functions/_shared/run/ledger.ts";
import type { Given } from "../../supabase/functions/_shared/run/pull_wire.ts";
import { RUN_STATUSES } from "../../supabase/functions/_shared/run/schema.ts";
import { away, refused } from "../../supabase/functions/_shared/run/trouble.ts";
import { type QueueClient, QueueRefused } from "./client.ts";

/** A run that nobody heard of for so long is somebody else's: going on would be for nothing. */
export const SILENT_MS = 20_000;

/** What writing down a run needs beside the run. */
export interface LedgerDeps {
  client: QueueClient;
  /** Whether the runner is being stopped: what it ends then for that, somebody else shall begin anew. */
  isStopping(): boolean;
  /** Milliseconds of a clock that only goes forward; tests have their own. */
  now?(): number;
}

/**
 * The ledger of one run, kept by the queue. Where the run is not this runner's any more, it shall
 * stop, and how it ends is of no interest.
 */
export function createPullLedger(
  given: Given,
  { client, isStopping, now = () => performance.now() }: LedgerDeps,
): RunLedger<Settled> {
  let heard = now();
  return {
    async append(_at, events) {
      try {
        const stop = await client.report(given, [...events]);
        heard = now();
        return stop;
      } catch (cause) {
        if (cause instanceof QueueRefused && (cause.isGone || cause.isOfKey)) return true;
        if (now() - heard > SILENT_MS) return true;
        throw troubleOf(cause);
      }
    },
    async settle(_at, how, events) {
      try {
        if (how.status === "cancelled" && isStopping()) {
          await client.release(given, { delayMs: 0, reason: "runner_stopped" });
          return settledAs(how, "queued", null);
        }
        const { status, ended_at } = await client.settle(given, how, [...events]);
        return settledAs(how, status, ended_at);
      } catch (cause) {
        if (!(cause instanceof QueueRefused) || !(cause.isGone || cause.isOfKey)) {
          throw troubleOf(cause);
        }
        return settledAs(how, null, null);
      }
    },
  };
}

/** What is known of the run then: where the queue does not say, it goes on elsewhere or is over. */
function settledAs(
  { output, error, usage }: Settlement,
  said: string | null,
  ended_at: string | null,
): Settled {
  const status = RUN_STATUSES.find((name) => name === said) ?? "queued";
  return { status, output, error: error ?? null, usage, ended_at };
}

/** As the journal knows it: an outage is waited for, and what is refused is settled as lost. */
function troubleOf(cause: unknown): Error {
  return cause instanceof QueueRefused ? refused(cause) : away(cause);
}
