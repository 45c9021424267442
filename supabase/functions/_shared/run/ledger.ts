import type { Ending } from "../sandbox/engine.ts";
import type { RunError, RunStatus, RunUsage } from "./schema.ts";

/** An event on its way to the database and to streams: `data` is JSON text already. */
export interface RecordedEvent {
  seq: number;
  type: string;
  at: string;
  data: string;
}

/** One attempt of a run: what an earlier one still says counts no more. */
export interface Attempt {
  /** The run's UUID. */
  id: string;
  attempt: number;
}

/** How an attempt ended. `output` is JSON text. */
export interface Settlement {
  status: Ending["status"] | "lost";
  output?: string;
  error?: RunError;
  /** Null where nobody can tell. */
  usage: RunUsage | null;
}

/** What must be known of a run that was settled: it may be queued again. */
export interface Settled {
  status: RunStatus;
  output?: unknown;
  error: unknown;
  usage: unknown;
  ended_at: string | null;
}

/** Where an attempt that goes on is written down. */
export interface RunLedger<Final extends Settled> {
  /** Stores events while the attempt goes on; true if it shall stop. */
  append(at: Attempt, events: readonly RecordedEvent[]): Promise<boolean>;
  /** Ends the attempt, once: a run that has ended or moved on comes back as it is. */
  settle(at: Attempt, how: Settlement, events: readonly RecordedEvent[]): Promise<Final>;
}
