import { createApp } from "../_shared/app.ts";
import { createEgress } from "../_shared/egress/create.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createSecretKeeper } from "../_shared/vault/reveal.ts";
import { createVault } from "../_shared/vault/vault.ts";
import { webhookEgress } from "../_shared/webhooks/way.ts";
import { keepingOf } from "../_shared/workspace/keeping.ts";
import { draftsOf } from "./drafts/wire.ts";
import { createAgents } from "./routes.ts";

const env = readEnv();
const platform = createPlatform("agents", env);
const vault = createVault(env.secrets);
const secrets = createSecretKeeper({ service: platform.service(), log: platform.log, vault });
const egress = createEgress({ privateOrigins: env.privateOrigins });
const drafts = draftsOf(env.services, { egress, secrets });
const { isPrivate } = webhookEgress(env);

export default createApp(
  "agents",
  platform,
  createAgents({ keeping: keepingOf(env), drafts, vault, isPrivate }),
);
