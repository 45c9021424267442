/** The runner: serves runs until it is asked to stop, then lets those that are under way end. */
import { startEngine } from "./engine.ts";
import { readEnv } from "./env.ts";
import { describe, log } from "./log.ts";
import { serveRunner } from "./serve.ts";

async function run(): Promise<void> {
  const env = readEnv();
  const stop = stopSignal();
  await using running = await startEngine(env.engine, log);
  const serving = await serveRunner(env, running, log);
  log("info", "listening", { url: serving.url, engine: running.engine.name, pulls: env.pull?.url });
  const unasked = serving.ended.then(() => {
    throw new Error("the listener has ended: too many connections, or the system's doing");
  });
  log("info", "draining", { signal: await Promise.race([stop, unasked]) });
  unasked.catch(() => {}); // from here on it is asked for
  await serving.drain();
}

async function stopSignal(): Promise<string> {
  const asked = Promise.withResolvers<string>();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => asked.resolve(signal));
  }
  return await asked.promise;
}

// What one client sets off must not end the runs of all others.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  log("error", "rejection_unhandled", { cause: describe(event.reason) });
});

try {
  await run();
  log("info", "stopped");
} catch (thrown) {
  log("error", "failed", { cause: describe(thrown) });
  Deno.exitCode = 1;
}
