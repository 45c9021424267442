import { createApp } from "./app.ts";
import type { Running } from "./engine.ts";
import type { Env } from "./env.ts";
import { describe, type Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { SpentTokens } from "./replay.ts";
import { Floor } from "./runs/floor.ts";
import { createVerify } from "./token.ts";

/** A runner that listens. */
export interface Serving {
  url: string;
  /** Settles when nothing is listened for any more, asked for or not. */
  ended: Promise<void>;
  /** Lets nobody in any more, waits for the runs that are here, and stops listening. */
  drain(): Promise<void>;
}

/** Between two signs of life to a client. */
const BEAT_MS = 5_000;
/** What answers get to be delivered once every run has ended. */
const FAREWELL_MS = 2_000;

/** Serves runs of an engine over HTTP, or HTTPS where a certificate is configured. */
export async function serveRunner(env: Env, running: Running, log: Log): Promise<Serving> {
  const metrics = new Metrics();
  const floor = new Floor(metrics, log);
  const { jobMs, stallMs, waitMs, clients } = env;
  const app = createApp({
    engine: running.engine,
    verify: createVerify(env.keys, env.audience),
    spent: new SpentTokens(env.tokens),
    floor,
    metrics,
    bounds: { jobMs, stallMs, waitMs, clients, beatMs: BEAT_MS },
    log,
    ready: () => running.ready(),
    figures: () => running.figures(),
    adminToken: env.adminToken,
  });
  const cut = new AbortController();
  const { hostname, port, tls } = env.listen;
  const options = {
    hostname,
    port,
    signal: cut.signal,
    onListen: () => {},
    onError: (thrown: unknown) => {
      log("error", "request_failed", { cause: describe(thrown) });
      return new Response(null, { status: 500 });
    },
  };
  const certificate = tls && {
    cert: await Deno.readTextFile(tls.cert),
    key: await Deno.readTextFile(tls.key),
  };
  const answering = new Set<Promise<void>>();
  const server = Deno.serve({ ...options, ...certificate }, (request, info) => {
    const { completed, remoteAddr } = info;
    const delivered = completed.catch(() => {}).finally(() => answering.delete(delivered));
    answering.add(delivered);
    return app.fetch(request, { delivered, peer: remoteAddr.hostname });
  });
  const scheme = tls ? "https" : "http";
  return {
    url: `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${server.addr.port}`,
    ended: server.finished,
    async drain() {
      await floor.drain(env.drainMs);
      await Promise.race([Promise.all(answering), passed(FAREWELL_MS)]);
      cut.abort();
      await server.finished;
    },
  };
}

/** Settles after a time that does not keep the process alive. */
async function passed(ms: number): Promise<void> {
  await new Promise<void>((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
