import { Fault, FAULTS } from "../../_shared/fault.ts";
import { describe } from "../../_shared/log.ts";
import type { Permission } from "../../_shared/permission.ts";
import type { Call } from "../../_shared/route.ts";

/** What is known, from moment to moment, of a caller's right to go on reading. */
export interface Rights {
  /** Aborted within about a second of the right being gone. */
  lost: AbortSignal;
  /** Ends the watching. */
  stop(): void;
}

/** With the question itself, a second. */
const PULSE_MS = 900;
/** How long a right is believed in while nobody can be asked. */
const MAX_UNKNOWN_MS = 10_000;

/** Watches whether a caller still has a permission, until `stop` is called. */
export function watchRights(
  { stillAllowed, platform: { log } }: Pick<Call, "stillAllowed" | "platform">,
  permission: Permission,
): Rights {
  const lost = new AbortController();
  const stopped = new AbortController();
  let knownAt = performance.now();
  let timer = setTimeout(look, PULSE_MS);
  async function look(): Promise<void> {
    try {
      if (!await stillAllowed(permission, stopped.signal)) return lost.abort();
      knownAt = performance.now();
    } catch (cause) {
      if (stopped.signal.aborted) return;
      log("warn", "rights_not_known", { cause: describe(cause) });
      if (performance.now() - knownAt > MAX_UNKNOWN_MS) return lost.abort();
    }
    if (!stopped.signal.aborted) timer = setTimeout(look, PULSE_MS);
  }
  return {
    lost: lost.signal,
    stop() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}

/** Messages up to where their reader is refused them: who has no right is told no more, not why. */
export async function* whilePermitted<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (err) {
    if (!(err instanceof Fault && FAULTS[err.code][0] < 500)) throw err;
  }
}
