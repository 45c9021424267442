import type { Context } from "hono";
import * as z from "zod";
import type { AppEnv } from "./app.ts";
import type { Caller } from "./auth.ts";
import type { Db } from "./db.ts";
import { Fault, type FaultCode } from "./fault.ts";
import { type Budget, rateLimitHeaders } from "./limit.ts";
import type { Platform } from "./platform.ts";
import { isShallow, MAX_JSON_DEPTH } from "./sandbox/depth.ts";

/** The parts of a request that a route can ask for. Parts it does not name are not read. */
type Accept = z.ZodObject<
  { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType }
>;

/** What a route promises. Requests are checked against it, and OpenAPI is generated from it. */
export interface Spec<A extends Accept = Accept> {
  method: "get" | "post" | "patch" | "delete";
  /** Hono's spelling: `/:name/versions`. */
  path: string;
  summary: string;
  accept: A;
  /** Set where no credentials are needed. */
  access?: "public";
  /** What a request is paid from. */
  budget: Budget;
  /** Request headers that the handler reads, with what they mean. */
  headers?: Record<string, string>;
  status?: 200 | 201 | 202 | 204;
  reply?: z.ZodType;
  /** Set where the route can answer a stream of server-sent events too. */
  streams?: boolean;
  /** Set where the route can answer 202 with the same body, before it is done. */
  defers?: boolean;
  /** The faults of this route alone; those that every route shares are added. */
  faults?: readonly FaultCode[];
}

/** One call of a route: who calls, and the outside world as that caller may use it. */
export interface Call {
  caller: Caller;
  /** Postgres as the caller: row level security applies. */
  db: Db;
  platform: Platform;
  requestId: string;
  /** Aborted when the caller has left before the answer. */
  signal: AbortSignal;
  header(name: string): string | undefined;
  /** Sets a response header. */
  reply(name: string, value: string): void;
}

/** A route with its rule: ready to be mounted, and to be described. */
export interface Route {
  spec: Spec;
  respond(c: Context<AppEnv>, platform: Platform): Promise<Response>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Binds a rule to its promise. The rule sees parsed input only; what it returns is the JSON body,
 * unless it is a `Response` already. Order: credentials, budget, input, rule.
 */
export function route<A extends Accept>(
  spec: Spec<A>,
  rule: (input: z.output<A>, call: Call) => Promise<unknown>,
): Route {
  return {
    spec,
    async respond(c, platform) {
      const caller = await platform.authenticate(c.req.header("authorization"));
      c.set("userId", caller.userId);
      await pay(c, platform, spec.budget, caller);
      const input = parse(spec.accept, await read(c, spec.accept));
      const answer = await rule(input, callOf(c, platform, caller));
      if (answer instanceof Response) return c.newResponse(answer.body, answer);
      return spec.status === 204 ? c.body(null, 204) : c.json(answer, spec.status ?? 200);
    },
  };
}

function callOf(c: Context<AppEnv>, platform: Platform, caller: Caller): Call {
  return {
    caller,
    platform,
    db: platform.db(caller.token),
    requestId: c.var.requestId,
    signal: c.req.raw.signal,
    header: (name) => c.req.header(name),
    reply: (name, value) => c.header(name, value),
  };
}

async function pay(c: Context<AppEnv>, { limiter, log }: Platform, budget: Budget, caller: Caller) {
  if (limiter === undefined) return;
  const allowance = await limiter.take(budget, caller.userId);
  for (const [name, value] of Object.entries(rateLimitHeaders(allowance))) {
    c.header(name, value);
  }
  if (!allowance.counted) log("warn", "limiter_failed_open", { budget });
}

async function read(c: Context<AppEnv>, accept: Accept): Promise<Record<string, unknown>> {
  return {
    params: c.req.param(),
    query: c.req.query(),
    body: accept.shape.body && (await readJson(c.req.raw)),
  };
}

function parse<A extends Accept>(accept: A, input: unknown): z.output<A> {
  const parsed = accept.safeParse(input);
  if (parsed.success) return parsed.data;
  const items = parsed.error.issues.slice(0, 50).map(({ code, message, path }) => ({
    code,
    message,
    path: path.slice(1).join("."),
  }));
  const [part] = parsed.error.issues[0]?.path ?? [];
  const where = part === "params" ? "path" : part;
  throw new Fault("invalid_request", `The ${String(where)} is not as documented.`, { items });
}

async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new Fault("unsupported_media_type");
  const bytes = await new Response(request.body?.pipeThrough(counted())).arrayBuffer();
  const { text, value } = parseJson(bytes);
  if (isShallow(text)) return value;
  throw new Fault("invalid_request", `A body may nest ${MAX_JSON_DEPTH} levels.`);
}

function parseJson(bytes: ArrayBuffer): { text: string; value: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw new Fault("invalid_json", undefined, { cause });
  }
}

/** Counts a body while it arrives: a `content-length` is only what the caller claims. */
function counted(): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) return controller.enqueue(chunk);
      throw new Fault("body_too_large", `A body may have ${MAX_BODY_BYTES} bytes.`);
    },
  });
}
