import { createApp } from "../_shared/app.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { agents } from "./agents/routes.ts";
import { limits } from "./limits/routes.ts";
import { openapi } from "./openapi.ts";
import { runs } from "./runs/routes.ts";
import { versions } from "./versions/routes.ts";

const platform = createPlatform("agents", readEnv());

const routes = [openapi, ...limits, ...agents, ...versions, ...runs];

export default createApp("agents", platform, routes);
