import { createApp } from "../_shared/app.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createObjectStore } from "../_shared/storage.ts";
import { createVault } from "../_shared/vault/vault.ts";
import { webhookEgress } from "../_shared/webhooks/way.ts";
import { createRetention } from "./work/routes.ts";
import { tasksOf } from "./work/tasks.ts";

const env = readEnv();
const platform = createPlatform("retention", env);
const { bucket } = env.files;

export default createApp(
  "retention",
  platform,
  createRetention(tasksOf({
    service: platform.service(),
    log: platform.log,
    alertWebhook: env.alertWebhook,
    objects: bucket === undefined ? undefined : createObjectStore(env, bucket),
    egress: webhookEgress(env),
    vault: createVault(env.secrets),
    signer: platform.signer,
    issuer: env.jwtIssuer,
  })),
);
