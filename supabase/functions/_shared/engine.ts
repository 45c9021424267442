import { onShutdown } from "./background.ts";
import type { EngineSettings, RunnerSettings } from "./env.ts";
import { describe, type Log } from "./log.ts";
import { createRunTokens } from "./run_token.ts";
import { type Engine, EngineUnavailable } from "./sandbox/engine.ts";
import { isSupported } from "./sandbox/process/supported.ts";

/** The engine of this deployment. Nothing of it is loaded before it is asked for. */
export interface EngineHost {
  /**
   * The engine, started by whoever asks first. Throws `EngineUnavailable` where the engine that was
   * chosen cannot be had: never is another one taken in its place.
   */
  ready(): Promise<Engine>;
  /**
   * Starts an engine of processes before the first run needs it, a second from now, so that what
   * else starts at boot is not kept waiting. Any other engine is left alone. Never throws: what
   * went wrong is told when a run needs the engine.
   */
  warm(): Promise<void>;
  /** Rejects where the engine cannot be had at the moment. */
  check(signal: AbortSignal): Promise<void>;
  /** What its pool counts at the moment, where it has one. */
  stats(): Promise<Readonly<Record<string, number>> | undefined>;
  /** The same where the engine has been started, and nothing where not. */
  figures(): Promise<Readonly<Record<string, number>> | undefined>;
}

/** An engine that runs, and what there is to do with it beside running programs. */
interface Running {
  engine: Engine;
  stats?: () => Readonly<Record<string, number>>;
  check?: (signal: AbortSignal) => Promise<void>;
  end?: () => Promise<void>;
}

const WARM_AFTER_MS = 1_000;

/** Functions that share a process, as on the local stack, share its engine, too. */
const hosts = new Map<string, EngineHost>();

/** The engine that the settings choose. Where the isolate is taken down, the engine ends with it. */
export function hostEngine(settings: EngineSettings, log: Log): EngineHost {
  const key = JSON.stringify(settings);
  const host = hosts.get(key) ?? createHost(() => open(settings, log), wantsProcesses(settings));
  hosts.set(key, host);
  return host;
}

/** A host over whatever opens an engine. A start that failed is tried again by the next who asks. */
export function createHost(open: () => Promise<Running>, isSlow = false): EngineHost {
  let starting: Promise<Running> | undefined;
  const shutdown = new AbortController();
  const started = async () => {
    if (shutdown.signal.aborted) throw new EngineUnavailable("This isolate is being taken down");
    const opening = starting ??= open();
    try {
      return await opening;
    } catch (cause) {
      if (starting === opening) starting = undefined;
      throw cause;
    }
  };
  onShutdown(async () => {
    shutdown.abort();
    const running = await starting?.catch(() => undefined);
    await running?.end?.();
  });
  return {
    ready: async () => (await started()).engine,
    async warm() {
      if (!isSlow) return;
      await sleep(WARM_AFTER_MS, shutdown.signal);
      await started().catch(() => {});
    },
    check: async (signal) => await (await started()).check?.(signal),
    stats: async () => (await started()).stats?.(),
    figures: async () => (await starting?.catch(() => undefined))?.stats?.(),
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}

async function open(settings: EngineSettings, log: Log): Promise<Running> {
  const { choice } = settings;
  try {
    const running = await openChosen(settings, log);
    log("info", "engine_started", { engine: running.engine.name, choice });
    return running;
  } catch (cause) {
    log("error", "engine_not_started", { choice, cause: describe(cause) });
    throw cause;
  }
}

async function openChosen({ choice, runner }: EngineSettings, log: Log): Promise<Running> {
  if (choice === "quickjs") return await openQuickJs();
  if (choice === "process") return await openProcess(log);
  if (runner !== undefined) return await openRemote(runner);
  if (choice === "remote") throw new EngineUnavailable("No runner is configured");
  return await openBoxedProcess(log) ?? await openQuickJs();
}

async function openQuickJs(): Promise<Running> {
  const { quickJs } = await import("./sandbox/quickjs/engine.ts");
  return { engine: quickJs };
}

async function openRemote({ url, ...token }: RunnerSettings): Promise<Running> {
  const { createRemoteEngine } = await import("./sandbox/remote/engine.ts");
  const check = async (signal: AbortSignal) => {
    const { ok, status, body } = await fetch(`${url.replace(/\/$/, "")}/ready`, { signal });
    await body?.cancel();
    if (!ok) throw new EngineUnavailable(`the runner answers ${status}`);
  };
  return { engine: createRemoteEngine({ url, authorize: createRunTokens(token) }), check };
}

async function openProcess(log: Log): Promise<Running & { layers: readonly string[] }> {
  if (!hasProcesses()) throw new EngineUnavailable("This runtime starts no processes");
  const { startProcessEngine } = await import("./sandbox/process/engine.ts");
  const engine = await startProcessEngine({
    log: (event, fields) => log("warn", event, fields),
  });
  return {
    engine,
    layers: engine.layers,
    stats: () => ({ ...engine.stats() }),
    end: async () => await engine[Symbol.asyncDispose](),
  };
}

/** The process engine, where the kernel helps to hold it; without that QuickJS holds better. */
async function openBoxedProcess(log: Log): Promise<Running | undefined> {
  if (!hasProcesses()) return undefined;
  try {
    const running = await openProcess(log);
    if (running.layers.includes("bubblewrap") || running.layers.includes("seccomp")) return running;
    await running.end?.();
  } catch (cause) {
    log("warn", "processes_not_started", { cause: describe(cause) });
  }
  return undefined;
}

function wantsProcesses({ choice, runner }: EngineSettings): boolean {
  return hasProcesses() && (choice === "process" || (choice === "auto" && runner === undefined));
}

/** Hosted functions have no subprocesses, and an older Deno. */
function hasProcesses(): boolean {
  return Deno.build.os === "linux" && typeof Deno.Command === "function" && isSupported();
}
