import { corsHeaders } from "@supabase/supabase-js/cors";
import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { routePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { admitAddress } from "./admission.ts";
import { raiseAlarm } from "./alarm.ts";
import type { Caller } from "./auth/caller.ts";
import type { RequestContext } from "./context.ts";
import { Fault, FAULTS } from "./fault.ts";
import { health } from "./health.ts";
import { describe } from "./log.ts";
import type { Platform } from "./platform.ts";
import { problem, toFault } from "./problem.ts";
import type { Route } from "./route.ts";
import { acceptsStream } from "./sse.ts";

/** What every request carries through the app. */
export type AppEnv = {
  Variables: {
    requestId: string;
    context?: RequestContext;
    caller?: Caller;
    /** The id of the runner that calls, where one does. */
    runner?: string;
    /** The run whose pass was shown, where one was. */
    run?: string;
    /** The request's own place in a trace, where there is one. */
    traceparent?: string | undefined;
    failure?: Fault;
  };
};

const ALLOWED_HEADERS = [
  ...(corsHeaders["Access-Control-Allow-Headers"] ?? "").split(/,\s*/),
  "idempotency-key",
  "if-match",
  "if-none-match",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "prefer",
  "traceparent",
  "x-request-id",
];
const EXPOSED_HEADERS = [
  "content-disposition",
  "etag",
  "location",
  "idempotent-replayed",
  "mcp-session-id",
  "preference-applied",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "www-authenticate",
  "x-request-id",
];

/** What is not the same for all functions. */
export interface AppOptions {
  /** What `WWW-Authenticate` says beside a 401; `Bearer`, if left out. */
  challenge?: string;
}

/**
 * A function's app over its routes. CORS comes first, so that a browser can read our errors; then
 * the request id, the log line and the security headers, which every answer gets, errors included.
 * Each function has a `/health` of its own.
 */
export function createApp(
  name: string,
  platform: Platform,
  routes: readonly Route[],
  { challenge }: AppOptions = {},
): Hono<AppEnv> {
  const app = new Hono<AppEnv>().basePath(`/${name}`);
  app.use(cors({
    origin: platform.allowedOrigins.includes("*") ? "*" : platform.allowedOrigins,
    allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    allowHeaders: ALLOWED_HEADERS,
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  }));
  app.use(requestId({ limitLength: 64 }));
  app.use(watched(name, platform));
  app.use(secureHeaders({ crossOriginResourcePolicy: "cross-origin" }));
  app.use(uncached);
  app.use(unasked);
  const all = [health, ...routes];
  for (const { spec, respond } of all) {
    app.on(spec.method, spec.path, (c) => respond(c, platform).catch(rethrow));
  }
  refuseOtherMethods(app, platform, all);
  app.onError((err, c) => fail(err, c, { platform, challenge }));
  app.notFound(async (c) => {
    const refusal = await admitAddress(c, platform, "read")
      .then((): unknown => new Fault("not_found"), (err: unknown) => err);
    return await fail(refusal, c, { platform, challenge });
  });
  return app;
}

/** Hono hands only errors to `onError`; anything else would leave the app as it was thrown. */
function rethrow(thrown: unknown): never {
  throw thrown instanceof Error ? thrown : new Error(`a ${typeof thrown} was thrown`);
}

async function fail(
  err: unknown,
  c: Context<AppEnv>,
  { platform, challenge }: { platform: Platform; challenge: string | undefined },
): Promise<Response> {
  const fault = toFault(err);
  c.set("failure", fault);
  await raiseAlarm(c, platform, fault);
  const { body, status, headers } = problem(fault, c.var.requestId, challenge);
  return c.body(body, status, headers);
}

function refuseOtherMethods(
  app: Hono<AppEnv>,
  platform: Platform,
  routes: readonly Route[],
): void {
  for (const path of new Set(routes.map(({ spec }) => spec.path))) {
    const known = routes.filter(({ spec }) => spec.path === path);
    const allow = known.map(({ spec }) => spec.method.toUpperCase()).join(", ");
    app.all(path, async (c) => {
      await admitAddress(c, platform, "read").catch(rethrow);
      c.header("allow", allow);
      throw new Fault("method_not_allowed", `Allowed: ${allow}.`);
    });
  }
}

/**
 * Refuses what no client of ours asks: what another site makes a visitor's browser fetch without
 * CORS, which would be counted against the visitor, and the head of a stream, which nobody would end.
 */
async function unasked(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  const isElsewhere = c.req.header("sec-fetch-site") === "cross-site" &&
    c.req.header("sec-fetch-mode") !== "cors";
  if (isElsewhere) throw new Fault("forbidden", "Other sites call with CORS.");
  if (c.req.method === "HEAD" && acceptsStream(c.req.header("accept"))) {
    throw new Fault("method_not_allowed", "A stream has no head.");
  }
  await next();
}

async function uncached(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  c.header("cache-control", "no-store");
}

/**
 * Each request is one line in the log, one span and counted: the route and not the address, since
 * addresses carry names.
 */
function watched(name: string, { log, metrics, tracer }: Platform) {
  return async (c: Context<AppEnv>, next: () => Promise<void>): Promise<void> => {
    const started = performance.now();
    const { method } = c.req;
    // Who shows a run's pass may be our own execute function, whose trace this is then.
    const showsPass = c.req.header("authorization")?.startsWith("Bearer ct_") === true;
    const parent = c.req.header("traceparent");
    const span = tracer.start(method, { kind: "server", parent, outside: !showsPass });
    c.set("traceparent", span.traceparent);
    await next();
    const { status } = c.res;
    const ms = performance.now() - started;
    const route = routePath(c, -1);
    metrics.count("cloister_requests_total", { function: name, status: String(status) });
    metrics.observe("cloister_request_duration_seconds", { function: name }, ms / 1_000);
    span.set({
      "http.request.method": method,
      "http.route": route,
      "http.response.status_code": status,
      "cloister.function": name,
    });
    const { failure, requestId, caller, runner, run } = c.var;
    if (showsPass && run === undefined) span.forget();
    else span.end({ failed: status >= 500, name: `${method} ${route}` });
    const ours = failure !== undefined && FAULTS[failure.code][0] >= 500;
    log(ours ? "error" : "info", "request", {
      request_id: requestId,
      trace_id: span.traceparent?.slice(3, 35),
      method,
      route,
      status,
      ms: Math.round(ms),
      user_id: caller?.userId,
      key_id: caller?.keyId,
      runner_id: runner,
      run_id: run,
      code: failure?.code,
      cause: ours ? describe(failure.cause ?? failure) : undefined,
    });
  };
}
