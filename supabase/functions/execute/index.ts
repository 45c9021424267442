import { createApp } from "../_shared/app.ts";
import { keepAlive } from "../_shared/background.ts";
import { hostEngine } from "../_shared/engine.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { createRuns } from "./runs/routes.ts";

const env = readEnv();
const platform = createPlatform("execute", env);
const engine = hostEngine(env.engine, platform.log);
keepAlive(engine.warm());

export default createApp("execute", platform, createRuns(engine));
