import * as z from "zod";
import { rows as rowsOf } from "../db.ts";
import { Fault } from "../fault.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";
import { createBuffer, withoutDetails } from "./buffer.ts";
import type { EventRow } from "./event.ts";

const Recorded = z.object({ recorded: z.int(), alerts: z.int() });

/** Brings security events into the database, a batch at a time. */
export interface Recorder {
  add(row: EventRow): void;
  /** Rows that wait, those of a write that failed included. */
  size(): number;
  /** One write of all that waits. Never throws: what could not be stored waits for the next try. */
  write(): Promise<Written>;
}

/** What became of a write. */
export interface Written {
  stored: boolean;
  /** How many alerts it raised. */
  alerts: number;
}

/** What is to be sent, and how often the database has answered that it will not take it. */
interface Batch {
  rows: EventRow[];
  refusals: number;
}

/** How often a database that answers may refuse a batch; the second time it comes without details. */
const MAX_REFUSALS = 2;

/**
 * A recorder. A batch that was sent once stays as it is, ids included, so that a write whose answer
 * was lost counts once. A batch that the database refuses to take must not keep the next ones
 * waiting for ever: it ends as counts in the log.
 */
export function createRecorder(
  { service, log, timeoutMs }: { service: Service; log: Log; timeoutMs: number },
): Recorder {
  const buffer = createBuffer();
  let batch: Batch | undefined;

  async function send({ rows }: Batch): Promise<number> {
    const events = JSON.stringify(rows);
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await service("record_security_events", { events }, signal);
    return Recorded.parse(rowsOf(reply)).alerts;
  }

  function keep(failed: Batch, cause: unknown): void {
    const outage = cause instanceof Fault && cause.code === "database_unavailable";
    const refusals = failed.refusals + (outage ? 0 : 1);
    log("warn", "security_events_not_stored", { ...summary(failed.rows), cause: describe(cause) });
    if (refusals < MAX_REFUSALS) {
      batch = { rows: outage ? failed.rows : failed.rows.map(withoutDetails), refusals };
    } else {
      batch = undefined;
      log("error", "security_events_lost", summary(failed.rows));
    }
  }

  return {
    add: (row) => buffer.add(row),
    size: () => buffer.size() + (batch?.rows.length ?? 0),
    async write() {
      const sent = batch ?? { rows: buffer.take(), refusals: 0 };
      if (sent.rows.length === 0) return { stored: true, alerts: 0 };
      try {
        const alerts = await send(sent);
        batch = undefined;
        return { stored: true, alerts };
      } catch (cause) {
        keep(sent, cause);
        return { stored: false, alerts: 0 };
      }
    },
  };
}

/** How many events of each type: small enough for a log line, and enough to lose no count. */
function summary(rows: readonly EventRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, count } of rows) counts[type] = (counts[type] ?? 0) + count;
  return counts;
}
