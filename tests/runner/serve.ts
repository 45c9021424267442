import type { Engine } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { readEnv } from "../../runner/env.ts";
import type { LogFields } from "../../runner/log.ts";
import { serveRunner } from "../../runner/serve.ts";
import { AUDIENCE, publicJwk } from "./keys.ts";

/** A runner in this process. Disposing of it drains it at once. */
export interface Served extends AsyncDisposable {
  url: string;
  logged: { event: string; fields: LogFields }[];
  drain(): Promise<void>;
}

/** Serves an engine as `runner/main.ts` would, with what the test wants to differ. */
export async function serve(engine: Engine, vars: Record<string, string> = {}): Promise<Served> {
  const env = readEnv({
    CLOISTER_RUN_KEYS: JSON.stringify({ keys: [publicJwk] }),
    CLOISTER_RUNNER_AUDIENCE: AUDIENCE,
    CLOISTER_RUNNER_PORT: "0",
    CLOISTER_RUNNER_DRAIN_MS: "0",
    ...vars,
  });
  const logged: Served["logged"] = [];
  const running = {
    engine,
    ready: () => true,
    figures: () => ({ places: 2, warm: 1 }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const serving = await serveRunner(env, running, (_level, event, fields = {}) => {
    logged.push({ event, fields });
  });
  let drained: Promise<void> | undefined;
  const drain = () => drained ??= serving.drain();
  return { url: serving.url, logged, drain, [Symbol.asyncDispose]: drain };
}

/** Settles when so many clients wait for a place. */
export async function untilWaiting(
  url: string,
  count: number,
  fetcher: typeof fetch = fetch,
): Promise<void> {
  for (;;) {
    const text = await (await fetcher(`${url}/metrics`)).text();
    if (text.includes(`cloister_runner_waiting ${count}\n`)) return;
  }
}
