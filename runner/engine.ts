import type { Engine } from "../supabase/functions/_shared/sandbox/engine.ts";
import type { EngineSettings } from "./env.ts";
import type { Log } from "./log.ts";
import type { PoolFigures } from "./metrics.ts";
import { PoolWatch } from "./watch.ts";

/** An engine that is running, what it tells of itself, and its end. */
export interface Running extends AsyncDisposable {
  engine: Engine;
  /** Whether nothing is known that would keep a program from running. */
  ready(): boolean;
  figures(): PoolFigures;
}

/** Starts the engine that was configured; there is no other to fall back to. */
export async function startEngine(settings: EngineSettings, log: Log): Promise<Running> {
  return settings.name === "quickjs" ? await startQuickJs() : await startProcess(settings, log);
}

async function startQuickJs(): Promise<Running> {
  const { quickJs } = await import("../supabase/functions/_shared/sandbox/quickjs/engine.ts");
  return {
    engine: quickJs,
    ready: () => true,
    figures: () => ({}),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function startProcess(settings: EngineSettings, log: Log): Promise<Running> {
  const { startProcessEngine } = await import(
    "../supabase/functions/_shared/sandbox/process/engine.ts"
  );
  const watch = new PoolWatch(settings.pool.warm !== 0);
  const engine = await startProcessEngine({
    ...settings.pool,
    log: (event, fields) => {
      watch.hear(event, fields);
      log("warn", event, fields);
    },
  });
  watch.counts = () => engine.stats();
  return {
    engine,
    ready: () => watch.ready(),
    figures: () => ({ ...engine.stats() }),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}
