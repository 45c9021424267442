import { keepAlive, onShutdown } from "../background.ts";
import type { Log } from "../log.ts";
import type { Service } from "../service.ts";
import { deliverDue } from "./deliver.ts";
import { type SecurityEvent, toRow } from "./event.ts";
import { createRecorder } from "./recorder.ts";
import { createRhythm, type Pause } from "./rhythm.ts";
import { type AlertWebhook, createPost } from "./webhook.ts";

export type { SecurityEvent, SecurityEventType } from "./event.ts";
export type { AlertWebhook } from "./webhook.ts";

/** Keeps watch: takes security events, has the database count them, and delivers the alerts. */
export interface Watch {
  /** Takes an event, at once and without ever throwing; it is stored within about a second. */
  report(event: SecurityEvent): void;
  /** To be called once a request: alerts that are due are delivered while there is traffic. */
  beat(): void;
  /** Stores what was reported so far and delivers what is due. Never throws. */
  flush(): Promise<void>;
}

/** What a watch needs from outside. */
export interface WatchDeps {
  /** `record_security_events`, `claim_alert_deliveries` and `settle_alert_delivery` are called. */
  service: Service;
  log: Log;
  /** Where alerts go; undefined where the operator wants none sent. */
  webhook: AlertWebhook | undefined;
  /** How long a write and a delivery may take. */
  timeoutMs?: number;
  /** Waits; tests do not. */
  pause?: Pause;
}

const TIMEOUT_MS = 5_000;
/** How often an isolate with traffic looks for deliveries that are due. */
const BEAT_MS = 5_000;

/**
 * The watch of one isolate. What it keeps and how often it writes is bounded, whatever is reported:
 * twice 500 rows, and five writes a second. A failed write is tried again and loses no count.
 */
export function createWatch(deps: WatchDeps): Watch {
  const { service, log, webhook, timeoutMs = TIMEOUT_MS, pause } = deps;
  const recorder = createRecorder({ service, log, timeoutMs });
  const post = webhook && createPost(webhook, timeoutMs);
  const deliver = inTurn(async () => {
    if (post !== undefined) await deliverDue({ service, log, post });
  });
  const rhythm = createRhythm({
    size: recorder.size,
    pause,
    async write() {
      const { stored, alerts } = await recorder.write();
      if (alerts > 0) keepAlive(deliver());
      return stored;
    },
  });
  const flush = inTurn(async () => {
    await rhythm.flush();
    await deliver();
  });
  let listening = false;
  let beatAt = -Infinity;
  return {
    report(event) {
      recorder.add(toRow(event, Date.now()));
      rhythm.stir();
      if (!listening) onShutdown(flush);
      listening = true;
    },
    beat() {
      if (post === undefined || performance.now() - beatAt < BEAT_MS) return;
      beatAt = performance.now();
      keepAlive(deliver());
    },
    flush,
  };
}

/** One call at a time; calls that come meanwhile share one more behind it. */
function inTurn(work: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  return () =>
    next ??= last = last.then(() => {
      next = undefined;
      return work();
    });
}
