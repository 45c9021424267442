import { chargesOf } from "../../_shared/limit/limits.ts";
import type { Call } from "../../_shared/route.ts";
import type { Exchange } from "../tools/tool.ts";
import type { RunEvent } from "./schema.ts";

const MAX_MESSAGE_CHARS = 500;
/** How long it is believed that a caller may still have a run's events told. */
const BELIEVED_MS = 1_000;

/**
 * How a run's events are told as progress: their numbers grow, as progress must. Undefined where the
 * client did not ask for that, or may not stream. It is paid for as a stream is; throws
 * `rate_limited` where that is spent.
 */
export async function progressOf(
  { call, context: { mcpReq } }: Exchange,
): Promise<((event: RunEvent) => Promise<void>) | undefined> {
  const progressToken = mcpReq._meta?.progressToken;
  const mayStream = allowance(call);
  if (progressToken === undefined || !await mayStream()) return undefined;
  const { caller, access: { limits: quotas }, platform: { limits } } = call;
  await limits.take(chargesOf({ ...caller, quotas }, ["stream"]));
  return async ({ seq, type, data }) => {
    if (!await mayStream()) return;
    const message = `${type} ${JSON.stringify(data)}`.slice(0, MAX_MESSAGE_CHARS).toWellFormed();
    await mcpReq.notify({
      method: "notifications/progress",
      params: { progressToken, progress: seq, message },
    }).catch(() => {}); // who has left is told nothing, and what they started is still seen to
  };
}

/** Whether the caller may stream: as it was at most a second ago. */
function allowance({ stillAllowed }: Call): () => Promise<boolean> {
  let asked = -Infinity;
  let allowed = false;
  return async () => {
    if (performance.now() - asked >= BELIEVED_MS) {
      asked = performance.now();
      allowed = await stillAllowed("agents:stream");
    }
    return allowed;
  };
}
