/** Our `quickjs` engine: metered WebAssembly in the host's own process. */
import { quickJs } from "../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import type { Sandbox } from "../adapter.ts";
import { benchEngine } from "./engine.ts";

export const sandbox: Sandbox = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  ...benchEngine(quickJs),
};
