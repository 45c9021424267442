import { createExporter } from "../supabase/functions/_shared/trace/exporter.ts";
import {
  createTracer,
  NO_TRACER,
  type Tracer,
} from "../supabase/functions/_shared/trace/tracer.ts";
import { VERSION } from "../supabase/functions/_shared/version.ts";
import { createApp } from "./app.ts";
import type { Running } from "./engine.ts";
import type { Env, Pulling } from "./env.ts";
import { describe, type Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { createQueueClient } from "./pull/client.ts";
import { type PullDeps, Puller } from "./pull/pull.ts";
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

/** How many runs are pulled at once where neither the operator nor the engine says. */
const PULL_PLACES = 2;

/**
 * Serves runs of an engine over HTTP, or HTTPS where a certificate is configured, and pulls runs from
 * the queue where that is.
 */
export async function serveRunner(env: Env, running: Running, log: Log): Promise<Serving> {
  const metrics = new Metrics();
  const tracer = createSpans(env, log, metrics);
  const floor = new Floor(metrics, log);
  const { jobMs, stallMs, waitMs, clients } = env;
  const puller = env.pull && pullFrom(env.pull, { running, log, metrics, tracer });
  const app = createApp({
    engine: running.engine,
    verify: createVerify(env.keys, env.audience),
    spent: new SpentTokens(env.tokens),
    floor,
    metrics,
    tracer,
    bounds: { jobMs, stallMs, waitMs, clients, beatMs: BEAT_MS },
    log,
    ready: () => running.ready() && (puller?.accepted ?? true),
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
      await Promise.all([floor.drain(env.drainMs), puller?.drain(env.drainMs)]);
      await Promise.race([Promise.all(answering), passed(FAREWELL_MS)]);
      cut.abort();
      await server.finished;
      await Promise.race([tracer.flush(), passed(FAREWELL_MS)]);
    },
  };
}

function pullFrom(
  pull: Pulling,
  { running, ...deps }: { running: Running } & Pick<PullDeps, "log" | "metrics" | "tracer">,
): Puller {
  return new Puller({
    client: createQueueClient(pull),
    engine: running.engine,
    places: pull.places ?? running.figures().places ?? PULL_PLACES,
    ready: () => running.ready(),
    toolsUrl: `${pull.url}/functions/v1/tools`,
    ...deps,
  });
}

function createSpans({ otlp }: Env, log: Log, metrics: Metrics): Tracer {
  if (otlp?.ratio === undefined) return NO_TRACER;
  const resource = { part: "runner", version: VERSION, instance: crypto.randomUUID() };
  const onOutcome = (outcome: string, spans: number) => metrics.traced(outcome, spans);
  return createTracer(createExporter({ settings: otlp, resource, log, onOutcome }), otlp.ratio);
}

/** Settles after a time that does not keep the process alive. */
async function passed(ms: number): Promise<void> {
  await new Promise<void>((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}
