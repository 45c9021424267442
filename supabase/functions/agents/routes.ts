import type { Route } from "../_shared/route.ts";
import { createVault, type Vault } from "../_shared/vault/vault.ts";
import { createKeeping, type Keeping } from "../_shared/workspace/keeping.ts";
import { agents } from "./agents/routes.ts";
import { createDrafts } from "./drafts/routes.ts";
import { type DraftDeps, NO_DRAFTS } from "./drafts/write.ts";
import { createFiles } from "./files/routes.ts";
import { createHooks } from "./hooks/routes.ts";
import { limits } from "./limits/routes.ts";
import { openapi } from "./openapi.ts";
import { createPersonal } from "./personal/routes.ts";
import { runs } from "./runs/routes.ts";
import { schedules } from "./schedules/routes.ts";
import { usage } from "./usage/routes.ts";
import { versions } from "./versions/routes.ts";
import { createWebhooks } from "./webhooks/routes.ts";
import type { IsPrivate } from "./webhooks/write.ts";

/** What agents are kept and written with, beside the database. */
export interface AgentsDeps {
  drafts?: DraftDeps;
  /** What looks at files and keeps the large ones; the database alone, if left out. */
  keeping?: Keeping;
  /** Locks what hooks and webhooks are signed with; there are no keys, if left out. */
  vault?: Vault;
  /** Which origins webhooks may lead to although they are not the Internet's; none, if left out. */
  isPrivate?: IsPrivate;
}

/** Everything about agents beside running them. */
export function createAgents(
  {
    drafts = NO_DRAFTS,
    keeping = createKeeping(),
    vault = createVault({ keys: [], keeper: "cloister" }),
    isPrivate = () => false,
  }: AgentsDeps = {},
): readonly Route[] {
  return [
    ...[...openapi, ...limits, ...usage, ...createDrafts(drafts), ...createPersonal(keeping)],
    ...[...runs, ...agents, ...versions, ...schedules, ...createFiles(keeping)],
    ...[...createHooks(vault), ...createWebhooks({ vault, isPrivate })],
  ];
}
