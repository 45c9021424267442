import { keepAlive } from "../background.ts";
import { deliverWebhooks, type WebhookSending } from "./deliver.ts";

/** Sends webhooks soon after there is something to tell, in the background. */
export interface Sender {
  /** To be called when a run has ended: at once, cheap, and never throws. */
  stir(): void;
}

/** No round follows another sooner: many runs may end at once. */
const PAUSE_MS = 1_000;

/**
 * The sender of one isolate: one round at a time, and one more for all that came meanwhile. What it
 * misses, the project's clock sends.
 */
export function createSender(deps: WebhookSending): Sender {
  let running = false;
  let again = false;

  async function work(): Promise<void> {
    do {
      again = false;
      await deliverWebhooks(deps);
      if (again) await pause(PAUSE_MS);
    } while (again);
    running = false;
  }

  return {
    stir() {
      again = true;
      if (running) return;
      running = true;
      keepAlive(work());
    },
  };
}

/** A time-out signal's timer keeps no process from ending, unlike one of our own. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) =>
    AbortSignal.timeout(ms).addEventListener("abort", () => resolve(), { once: true })
  );
}
