import { EngineUnavailable } from "../../../../../supabase/functions/_shared/sandbox/engine.ts";
import type { Box, Start } from "../../../../../supabase/functions/_shared/sandbox/process/box.ts";
import { startProcessEngine } from "../../../../../supabase/functions/_shared/sandbox/process/engine.ts";

/** Why the engine does not run in this box here; undefined when it does. */
export async function absentBox(box: Box, start: Start = "spawn"): Promise<string | undefined> {
  try {
    await using _engine = await startProcessEngine({ box, start, places: 1, warm: 1, log() {} });
  } catch (thrown) {
    if (thrown instanceof EngineUnavailable) return `ignored: ${thrown.message}`;
    throw thrown;
  }
}
