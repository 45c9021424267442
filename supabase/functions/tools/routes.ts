import type { Route } from "../_shared/route.ts";
import { createCalls } from "./calls/routes.ts";
import type { Tool } from "./calls/tool.ts";

/** Everything that runs call: the only way out for agent code. */
export function createTools(tools: readonly Tool[]): readonly Route[] {
  return createCalls(tools);
}
