import { createApp } from "../_shared/app.ts";
import { hostEngine } from "../_shared/engine.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createVault } from "../_shared/vault/vault.ts";
import { createAdmin } from "./routes.ts";

const env = readEnv();
const platform = createPlatform("admin", env);
const engine = hostEngine(env.engine, platform.log);

const vault = createVault(env.secrets);

export default createApp("admin", platform, createAdmin(engine, env.jwtIssuer, vault));
