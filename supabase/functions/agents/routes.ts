import type { Route } from "../_shared/route.ts";
import { createKeeping, type Keeping } from "../_shared/workspace/keeping.ts";
import { agents } from "./agents/routes.ts";
import { createDrafts } from "./drafts/routes.ts";
import { type DraftDeps, NO_DRAFTS } from "./drafts/write.ts";
import { createFiles } from "./files/routes.ts";
import { limits } from "./limits/routes.ts";
import { openapi } from "./openapi.ts";
import { runs } from "./runs/routes.ts";
import { versions } from "./versions/routes.ts";

/** What agents are kept and written with, beside the database. */
export interface AgentsDeps {
  drafts?: DraftDeps;
  /** What looks at files and keeps the large ones; the database alone, if left out. */
  keeping?: Keeping;
}

/** Everything about agents beside running them. */
export function createAgents(
  { drafts = NO_DRAFTS, keeping = createKeeping() }: AgentsDeps = {},
): readonly Route[] {
  return [
    ...[openapi, ...limits, ...createDrafts(drafts)],
    ...[...agents, ...versions, ...runs, ...createFiles(keeping)],
  ];
}
