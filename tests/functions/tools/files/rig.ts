import type { Keeping } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import { createKeeping } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import type { Tool } from "../../../../supabase/functions/tools/calls/tool.ts";
import { createOpenWorkspace } from "../../../../supabase/functions/tools/files/store.ts";
import { createFilesTools } from "../../../../supabase/functions/tools/files/tools.ts";

/** The tools for files, over a keeping of one's own. */
export function filesTools(keeping: Keeping = createKeeping()): readonly Tool[] {
  return createFilesTools(createOpenWorkspace(keeping, () => {}));
}

/** Written into programs: what a call gives, or the code of its failure. */
export const ATTEMPT = `const attempt = async (work) => {
  try { return await work(); } catch (error) { return error.name + " " + error.code; }
};`;
