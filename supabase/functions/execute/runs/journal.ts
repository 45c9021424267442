import { Fault } from "../../_shared/fault.ts";
import type { Log } from "../../_shared/log.ts";
import type { Ledger, RecordedEvent, Settlement } from "./ledger.ts";
import type { Run } from "./schema.ts";

const SETTLE_ATTEMPTS = 4;
const RETRY_MS = 250;

/** The events of one run, numbered, kept until the database has them. */
export interface Journal {
  record(type: string, data: string): RecordedEvent;
  /** Stores what was recorded since the last time, and learns whether the run shall stop. */
  flush(): Promise<void>;
  /** Stores the rest together with the ending. Tries again when the database does not answer. */
  settle(how: Settlement): Promise<Run>;
}

/** What a journal needs from outside. */
export interface JournalDeps {
  ledger: Ledger;
  log: Log;
  /** Called when the run's owner asked for it to stop. */
  onCancel(): void;
}

/** A journal of a run that the database has just started with event 1, `run.started`. */
export function createJournal(id: string, { ledger, log, onCancel }: JournalDeps): Journal {
  let seq = 1;
  let pending: RecordedEvent[] = [];
  let writing: Promise<void> = Promise.resolve();
  let queued = false;

  async function append(): Promise<void> {
    queued = false;
    const batch = pending;
    pending = [];
    try {
      if (await ledger.append(id, batch)) onCancel();
    } catch (cause) {
      pending = [...batch, ...pending];
      log("warn", "events_not_stored", { run_id: id, cause: String(cause) });
    }
  }

  return {
    record(type, data) {
      const event = { seq: ++seq, type, at: new Date().toISOString(), data };
      pending.push(event);
      return event;
    },
    flush() {
      // A slow database gets one question at a time, and at most one more behind it.
      if (!queued) writing = writing.then(append);
      queued = true;
      return writing;
    },
    async settle(how) {
      await writing;
      return await withRetries(() => ledger.settle(id, how, pending));
    },
  };
}

async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (err) {
      if (attempt === SETTLE_ATTEMPTS || !(err instanceof Fault)) throw err;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt));
    }
  }
}
