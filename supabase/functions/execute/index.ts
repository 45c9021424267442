import { createApp } from "../_shared/app.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { quickJs } from "../_shared/sandbox/quickjs/engine.ts";
import { createRuns } from "./runs/routes.ts";

const platform = createPlatform("execute", readEnv());

export default createApp("execute", platform, createRuns(quickJs));
