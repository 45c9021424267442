import type { Db } from "../../_shared/db.ts";
import { listEvents } from "./repo.ts";
import { isTerminal, type RunEvent } from "./schema.ts";

const POLL_MS = 300;
/** An isolate is only sure of half its wall clock: the client comes back with `Last-Event-ID`. */
const FOLLOW_MS = 60_000;

/**
 * A run's events from the database, after a sequence number, until its terminal one. Ends without
 * it after a minute: a reader goes on from where it was.
 */
export async function* followRun(db: Db, runId: string, after: number): AsyncGenerator<RunEvent> {
  const end = performance.now() + FOLLOW_MS;
  for (let seen = after; performance.now() < end;) {
    const events = await listEvents(db, runId, seen);
    for (const event of events) {
      yield event;
      if (isTerminal(event.type)) return;
      seen = event.seq;
    }
    if (events.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
