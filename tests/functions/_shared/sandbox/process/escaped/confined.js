/** As the engine's own `confined.js` does: first the filter, then everything else. */
import { RAW_ATTEMPTS } from "./raw.js";
import "../../../../../../supabase/functions/_shared/sandbox/process/child/confine.js";
import { play } from "./play.js";

await play(RAW_ATTEMPTS);
await import("./main.js");
