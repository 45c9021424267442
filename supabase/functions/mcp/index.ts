import { createApp } from "../_shared/app.ts";
import { readEnv } from "../_shared/env.ts";
import { createPlatform } from "../_shared/platform.ts";
import { challenge } from "./protocol/metadata.ts";
import { createMcp } from "./routes.ts";
import { placeOf } from "./siblings/place.ts";

const env = readEnv();
const place = placeOf(env);

export default createApp("mcp", createPlatform("mcp", env), createMcp(place), {
  challenge: challenge(place),
});
