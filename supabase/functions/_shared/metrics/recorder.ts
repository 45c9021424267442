import { onShutdown } from "../background.ts";
import { rows } from "../db.ts";
import { Fault } from "../fault.ts";
import { uuid7 } from "../ids.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";
import { createRhythm, type Pause } from "../watch/rhythm.ts";
import { createBuffer, type Series } from "./buffer.ts";
import type { CounterName, HistogramName, Labels } from "./names.ts";

/** Counts what happens in this isolate. Nothing here waits or throws. */
export interface Metrics {
  count<Name extends CounterName>(name: Name, labels: Labels<Name>, by?: number): void;
  observe<Name extends HistogramName>(name: Name, labels: Labels<Name>, seconds: number): void;
  /** Adds what `read` says to each batch: how it stands with this isolate now. Asked once a batch. */
  gauge(read: () => Promise<Readonly<Record<string, number>>>): void;
  /** Writes what was counted so far. Never throws. */
  flush(): Promise<void>;
}

/** What recording needs from outside. */
export interface MetricsDeps {
  /** `record_metrics` is called. */
  service: Service;
  log: Log;
  pause?: Pause | undefined;
}

/** What is to be written: it stays as it is, id included, so that a lost answer counts once. */
interface Batch {
  id: string;
  series: Series[];
  since: number;
}

/** No write follows the one before sooner than that, however much is counted. */
const EVERY_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** The database remembers batches for two hours: one that is older might count twice. */
const MAX_AGE_MS = 3_600_000;

/**
 * The metrics of one isolate: counted in memory, written in the background, one batch a
 * second, and the rest when the platform takes the isolate down. What an isolate is killed with is
 * lost: a second's counts.
 */
export function createMetrics({ service, log, pause }: MetricsDeps): Metrics {
  const buffer = createBuffer();
  const isolate = crypto.randomUUID();
  let readings: (() => Promise<Readonly<Record<string, number>>>)[] = [];
  let batch: Batch | undefined;
  let listening = false;

  async function send({ id, series }: Batch): Promise<void> {
    const gauges = Object.assign({}, ...await Promise.all(readings.map((read) => read())));
    const text = JSON.stringify({ id, isolate, series, gauges });
    rows(await service("record_metrics", { batch: text }, AbortSignal.timeout(TIMEOUT_MS)));
  }

  async function write(): Promise<boolean> {
    const sent = batch ?? { id: uuid7(), series: buffer.take(), since: Date.now() };
    if (sent.series.length === 0) return true;
    batch = sent;
    try {
      await send(sent);
      batch = undefined;
      return true;
    } catch (cause) {
      if (isWorthAnother(sent, cause)) return false;
      log("error", "metrics_lost", { series: sent.series.length, cause: describe(cause) });
      batch = undefined;
      return false;
    }
  }

  const rhythm = createRhythm({
    write,
    // All of it is one batch: nothing is gained by writing sooner.
    size: () => batch !== undefined || buffer.size() > 0 ? 1 : 0,
    pause,
    latestMs: EVERY_MS,
  });
  const stir = () => {
    rhythm.stir();
    if (!listening) onShutdown(() => rhythm.flush());
    listening = true;
  };
  return {
    count(name, labels, by = 1) {
      buffer.count(name, labels, by);
      stir();
    },
    observe(name, labels, seconds) {
      buffer.observe(name, labels, seconds);
      stir();
    },
    gauge: (read) => void (readings = [...readings, () => read().catch(() => ({}))]),
    flush: () => rhythm.flush(),
  };
}

/** Whether the database could not be asked, and still knows which batches it has. */
function isWorthAnother({ since }: Batch, cause: unknown): boolean {
  const outage = cause instanceof Fault && cause.code === "database_unavailable";
  return outage && Date.now() - since < MAX_AGE_MS;
}
