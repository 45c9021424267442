import { createApp } from "../_shared/app.ts";
import { keepAlive } from "../_shared/background.ts";
import { hostEngine } from "../_shared/engine.ts";
import { readEnv } from "../_shared/env.ts";
import { poolGauges } from "../_shared/metrics/pool.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createVault } from "../_shared/vault/vault.ts";
import { createSender } from "../_shared/webhooks/sender.ts";
import { webhookEgress } from "../_shared/webhooks/way.ts";
import { claims } from "./claims/routes.ts";
import { createRuns } from "./runs/routes.ts";

const env = readEnv();
const platform = createPlatform("execute", env);
const engine = hostEngine(env.engine, platform.log);
keepAlive(engine.warm());
platform.checks.add("engine", engine.check, true);
platform.metrics.gauge(async () => poolGauges(await engine.figures()));
const vault = createVault(env.secrets);
const sender = createSender({
  service: platform.service(),
  log: platform.log,
  egress: webhookEgress(env),
  vault,
});

export default createApp("execute", platform, [
  ...createRuns(engine, { vault, onSettled: sender.stir }),
  ...claims,
]);
