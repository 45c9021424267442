import { createApp } from "../_shared/app.ts";
import { hostEngine } from "../_shared/engine.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createSandbox } from "./sandbox/routes.ts";

const env = readEnv();
const platform = createPlatform("admin", env);

export default createApp("admin", platform, createSandbox(hostEngine(env.engine, platform.log)));
