import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import { eraseUser } from "./repo.ts";

/** How long a request waits for the user's runs to end, in ms. */
const PATIENCE = 15_000;
const PAUSE = 250;

/**
 * Erases a user: stops them, waits for their runs to end, and removes in parts what is theirs. Throws
 * `user_busy` where that takes longer than a request lasts; it goes on where it was when asked again.
 */
export async function erase(db: Db, id: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    const { erased, running } = await eraseUser(db, id);
    if (erased) return;
    if (performance.now() > until || signal.aborted) {
      throw new Fault("user_busy", undefined, { retryAfter: 5 });
    }
    if (running > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
