import type { EngineHost } from "../_shared/engine.ts";
import type { Route } from "../_shared/route.ts";
import type { Vault } from "../_shared/vault/vault.ts";
import { alerts } from "./alerts/routes.ts";
import { audit } from "./audit/routes.ts";
import { blocks } from "./blocks/routes.ts";
import { events } from "./events/routes.ts";
import { createEvidence } from "./evidence/routes.ts";
import { holds } from "./holds/routes.ts";
import { keys } from "./keys/routes.ts";
import { metrics } from "./metrics/routes.ts";
import { policy } from "./policy/routes.ts";
import { quarantines } from "./quarantines/routes.ts";
import { queue } from "./queue/routes.ts";
import { runners } from "./runners/routes.ts";
import { retention } from "./retention/routes.ts";
import { createSandbox } from "./sandbox/routes.ts";
import { createSecrets } from "./secrets/routes.ts";
import { users } from "./users/routes.ts";

/**
 * Everything that operators do, and what users do with their keys and secrets. `issuer` is what tokens
 * of this project name as theirs, `vault` locks secrets.
 */
export function createAdmin(engine: EngineHost, issuer: string, vault: Vault): readonly Route[] {
  return [
    ...keys,
    ...createSecrets(vault),
    ...users,
    ...audit,
    ...events,
    ...alerts,
    ...blocks,
    ...policy,
    ...metrics,
    ...quarantines,
    ...holds,
    ...retention,
    ...runners,
    ...queue,
    ...createEvidence(issuer),
    ...createSandbox(engine),
  ];
}
