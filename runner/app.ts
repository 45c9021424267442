import { type Context, Hono } from "hono";
import { requestId } from "hono/request-id";
import { timingSafeEqual } from "node:crypto";
import { isLoopback } from "../supabase/functions/_shared/sandbox/remote/loopback.ts";
import { describe, type Log } from "./log.ts";
import type { PoolFigures } from "./metrics.ts";
import { Problem } from "./problem.ts";
import { type Door, openRun } from "./runs/open.ts";

/** What the app needs beside its door. */
export interface Runner extends Door {
  log: Log;
  /** Whether nothing is known that would keep a program from running. */
  ready(): boolean;
  figures(): PoolFigures;
  /**
   * The secret of whoever may cancel any run and read the metrics. Without one a run is cancelled by
   * its own token alone, and metrics are for this machine.
   */
  adminToken: string | undefined;
}

/** What the server knows of a request. */
export interface Delivery {
  /** Settles when the answer has left, or can no longer leave. */
  delivered: Promise<void>;
  /** The address at the other end of the connection, which may be a proxy's. */
  peer: string;
}

type AppEnv = { Bindings: Delivery; Variables: { requestId: string } };

/** The runner over HTTP: one stream a run, and what an operator asks. */
export function createApp(runner: Runner): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(requestId({ limitLength: 64 }));
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
    c.header("x-content-type-options", "nosniff");
  });
  app.post("/runs", (c) => openRun(runner, c.req.raw, c.env.delivered));
  app.delete("/runs/:id", (c) => cancelRun(runner, c, c.req.param("id")));
  app.get("/health", (c) => c.json({ status: "alive" }));
  app.get("/ready", (c) => {
    const ready = runner.ready() && !runner.floor.closing.aborted;
    return c.json({ status: ready ? "ready" : "not ready" }, ready ? 200 : 503);
  });
  app.get("/metrics", (c) => {
    const allowed = runner.adminToken === undefined ? isLoopback(c.env.peer) : isAdmin(runner, c);
    if (!allowed) {
      throw new Problem("unauthenticated", { detail: "Send the runner's admin token." });
    }
    const text = runner.metrics.text(runner.figures(), runner.floor.closing.aborted);
    return c.text(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  for (const path of ["/runs", "/runs/:id", "/health", "/ready", "/metrics"]) {
    app.all(path, () => {
      throw new Problem("method_not_allowed");
    });
  }
  app.notFound((c) => fail(runner, c, new Problem("not_found")));
  app.onError((err, c) => fail(runner, c, err));
  return app;
}

/** Who may not cancel a run learns no more than who asks for one that is not here. */
async function cancelRun(runner: Runner, c: Context<AppEnv>, run: string): Promise<Response> {
  if (!isAdmin(runner, c)) {
    const pass = await runner.verify(c.req.header("authorization") ?? null);
    if (pass.run !== run) throw new Problem("not_found");
  }
  if (!runner.floor.cancel(run)) throw new Problem("not_found");
  return c.body(null, 204);
}

function isAdmin({ adminToken }: Runner, c: Context<AppEnv>): boolean {
  if (adminToken === undefined) return false;
  const encoder = new TextEncoder();
  const given = encoder.encode(c.req.header("authorization") ?? "");
  const expected = encoder.encode(`Bearer ${adminToken}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function fail(runner: Runner, c: Context<AppEnv>, err: Error): Response {
  const problem = err instanceof Problem ? err : new Problem("internal", { cause: err });
  runner.metrics.refused(problem.code);
  const ours = problem.code === "internal" || problem.code === "engine_unavailable";
  runner.log(ours ? "error" : "info", "refused", {
    request_id: c.var.requestId,
    code: problem.code,
    cause: ours ? describe(problem.options.cause) : undefined,
  });
  const body = JSON.stringify(problem.document(c.var.requestId));
  return c.body(body, problem.status, problem.headers());
}
