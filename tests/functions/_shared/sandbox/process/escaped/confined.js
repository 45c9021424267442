/** As the engine's own `confined.js` does: first the filter, then everything else. */
import "../../../../../../supabase/functions/_shared/sandbox/process/child/confine.js";
import "./main.js";
