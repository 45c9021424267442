import { createApp } from "../_shared/app.ts";
import { createEgress } from "../_shared/egress/create.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createSecretKeeper } from "../_shared/vault/reveal.ts";
import { createVault } from "../_shared/vault/vault.ts";
import { keepingOf } from "../_shared/workspace/keeping.ts";
import { createFetchTool } from "./fetch/tool.ts";
import { createOpenWorkspace } from "./files/store.ts";
import { createFilesTools } from "./files/tools.ts";
import { createTools } from "./routes.ts";
import { createServiceTools } from "./services/wire.ts";
import { createShellTool } from "./shell/tool.ts";

const env = readEnv();
const platform = createPlatform("tools", env);
const { log } = platform;
const service = platform.service();
// Two, so that what programs hold open does not keep the services from theirs.
const egress = createEgress({ privateOrigins: env.privateOrigins });
const serviceEgress = createEgress({ privateOrigins: env.privateOrigins });
const secrets = createSecretKeeper({ service, log, vault: createVault(env.secrets) });
const keeping = keepingOf(env);
const open = createOpenWorkspace(keeping, log);
const { examine } = keeping;

export default createApp(
  "tools",
  platform,
  createTools([
    createFetchTool({ egress, secrets }),
    ...createFilesTools(open),
    createShellTool({ open }),
    ...createServiceTools({ settings: env.services, egress: serviceEgress, secrets, examine }),
  ]),
);
