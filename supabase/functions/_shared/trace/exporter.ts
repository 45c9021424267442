import { onShutdown } from "../background.ts";
import type { Log } from "../log.ts";
import { createRhythm, type Pause } from "../watch/rhythm.ts";
import { type Resource, sendOtlp, tracesBody } from "./otlp.ts";
import type { OtlpSettings } from "./settings.ts";
import type { SpanRecord, SpanSink } from "./tracer.ts";

/** What exporting needs from outside. */
export interface ExporterDeps {
  settings: OtlpSettings;
  resource: Resource;
  log: Log;
  /** Told how many spans the collector took, and how many were lost on the way. */
  onOutcome?(outcome: "exported" | "dropped", spans: number): void;
  pause?: Pause | undefined;
}

/** How many spans wait at most: some 2 MiB. */
const MAX_SPANS = 2_000;
const MAX_BATCH = 500;
const LINE_EVERY_MS = 10_000;

/**
 * Sends spans to a collector in the background: in batches, later and later while it is down, and
 * the rest when the isolate is taken down. What comes while 2,000 wait is dropped and counted, so
 * that a collector that is down or slow costs nobody more than that memory.
 */
export function createExporter(
  { settings, resource, log, onOutcome = () => {}, pause }: ExporterDeps,
): SpanSink {
  let waiting: SpanRecord[] = [];
  let listening = false;

  let unsaid = 0;
  let saidAt = -Infinity;

  function drop(spans: number, why: string): void {
    onOutcome("dropped", spans);
    unsaid += spans;
    if (performance.now() - saidAt < LINE_EVERY_MS) return;
    log("warn", "spans_dropped", { spans: unsaid, why });
    saidAt = performance.now();
    unsaid = 0;
  }

  async function write(): Promise<boolean> {
    const batch = waiting.slice(0, MAX_BATCH);
    if (batch.length === 0) return true;
    const sent = await sendOtlp(settings, "traces", tracesBody(settings, resource, batch));
    if (sent === "later") return false;
    waiting = waiting.slice(batch.length);
    if (sent === "taken") onOutcome("exported", batch.length);
    else drop(batch.length, "the collector refused them");
    return true;
  }

  const rhythm = createRhythm({ write, size: () => waiting.length, pause });
  return {
    add(span) {
      if (waiting.length >= MAX_SPANS) return drop(1, "too many wait for the collector");
      waiting.push(span);
      rhythm.stir();
      if (!listening) onShutdown(() => rhythm.flush());
      listening = true;
    },
    flush: () => rhythm.flush(),
  };
}
