import type { Context } from "hono";
import * as z from "zod";
import { admit, admitAddress, type Admitted, type Terms } from "./admission.ts";
import type { AppEnv } from "./app.ts";
import type { Access } from "./auth/access.ts";
import type { Caller } from "./auth/caller.ts";
import type { RequestContext } from "./context.ts";
import type { Db } from "./db.ts";
import { Fault, type FaultCode } from "./fault.ts";
import { type Accept, readInput } from "./input.ts";
import type { Budget } from "./limit/limits.ts";
import { hasPermission, type Permission } from "./permission.ts";
import type { Platform } from "./platform.ts";
import type { Service } from "./service.ts";
import { acceptsStream } from "./sse.ts";

/** What a route promises. Requests are checked against it, and OpenAPI is generated from it. */
export interface Spec<A extends Accept = Accept> {
  method: "get" | "post" | "put" | "patch" | "delete";
  /** Hono's spelling: `/:name/versions`. */
  path: string;
  summary: string;
  accept: A;
  /** Set where no credentials are needed, or those of a run, a runner or the project's clock alone. */
  access?: "public" | "run" | "runner" | "schedule";
  /** The permission that callers need. Absent on public routes alone. */
  needs?: Permission;
  /**
   * Set where Postgres guards nothing of the rule: then the permission is asked of the database each
   * time. The sensitive ones are anyway.
   */
  fresh?: true;
  /** What a request is paid from. */
  budget: Budget;
  /** How many bytes a body may have that is taken as it comes; 16 MiB if left out. */
  maxBytes?: number;
  /** Request headers that the handler reads, with what they mean. */
  headers?: Record<string, string>;
  status?: 200 | 201 | 202 | 204;
  reply?: z.ZodType;
  /** The media types of an answer that is not JSON, where it is not. */
  media?: readonly string[];
  /**
   * Set where the route can answer a stream of server-sent events too: the permission that it needs
   * then beside its own. A stream is paid for by itself, too, and instead of a read. Where `media` is
   * `text/event-stream`, each answer is one.
   */
  streams?: Permission;
  /** Set where the route can answer 202 with the same body, before it is done. */
  defers?: boolean;
  /** The faults of this route alone; those that every route shares are added. */
  faults?: readonly FaultCode[];
}

/** One call of a route: who calls, and the outside world as that caller may use it. */
export interface Call {
  caller: Caller;
  /** What the caller may do and spend, as it was known at most 30 s ago. */
  access: Access;
  /** Postgres as the caller: row level security applies. */
  db: Db;
  /** What no user may call, on this request's account. */
  service: Service;
  platform: Platform;
  context: RequestContext;
  requestId: string;
  /** Aborted when the caller has left before the answer. */
  signal: AbortSignal;
  header(name: string): string | undefined;
  /** Sets a response header. */
  reply(name: string, value: string): void;
  /** Names the run that the request came to, by its UUID, for the request's line in the log. */
  noteRun(run: string): void;
  /**
   * Whether the caller has a permission now, asked of the database: for answers that take longer
   * than rights last. Throws only where nobody can tell.
   */
  stillAllowed(permission: Permission, signal?: AbortSignal): Promise<boolean>;
}

/** A route with its rule: ready to be mounted, and to be described. */
export interface Route {
  spec: Spec;
  respond(c: Context<AppEnv>, platform: Platform): Promise<Response>;
}

/**
 * Binds a rule to its promise. The rule sees parsed input only; what it returns is the JSON body,
 * unless it is a `Response` already. Order: address, credentials, budget, permission, input, rule.
 */
export function route<A extends Accept>(
  spec: Spec<A> & { needs: Permission; access?: never },
  rule: (input: z.output<A>, call: Call) => Promise<unknown>,
): Route {
  return {
    spec,
    async respond(c, platform) {
      const admitted = await admit(c, platform, termsOf(spec, c.req.header("accept")));
      const input = await readInput(c, spec.accept);
      return answer(c, spec, await rule(input, callOf(c, platform, admitted)));
    },
  };
}

/** One call of a route for anybody: nobody is behind it. */
export interface PublicCall {
  /** What no user may call: such a route decides by itself who may have it called. */
  service: Service;
  requestId: string;
  header(name: string): string | undefined;
  /** Names the run that the request came to, by its UUID, for the request's line in the log. */
  noteRun(run: string): void;
}

/** A route for anybody: only an address is let in, or is not. */
export function publicRoute<A extends Accept>(
  spec: Spec<A> & { access: "public"; needs?: never },
  rule: (input: z.output<A>, platform: Platform, call: PublicCall) => Promise<unknown>,
): Route {
  return {
    spec,
    async respond(c, platform) {
      const context = await admitAddress(c, platform, spec.budget);
      const input = await readInput(c, spec.accept, spec.maxBytes);
      const service = platform.service(context);
      const header = (name: string) => c.req.header(name);
      const noteRun = (run: string) => c.set("run", run);
      const call = { service, header, noteRun, ...context };
      return answer(c, spec, await rule(input, platform, call));
    },
  };
}

/** One call of a run's own route: which run, and the outside world without any user's rights. */
export interface RunCall {
  run: string;
  /** Which attempt of it calls. */
  attempt: number;
  /** The request's own place in a trace. */
  traceparent: string | undefined;
  platform: Platform;
  requestId: string;
  /** Aborted when the run has gone before the answer. */
  signal: AbortSignal;
}

/**
 * A route for running agents, by the pass of their run. It costs no budget of an address, since all
 * of them come from our own; what brings no valid pass is a stranger's, and counted as such.
 */
export function runRoute<A extends Accept>(
  spec: Spec<A> & { access: "run"; needs?: never },
  rule: (input: z.output<A>, call: RunCall) => Promise<unknown>,
): Route {
  return {
    spec,
    async respond(c, platform) {
      const [, token = ""] = /^Bearer (ct_\S+)$/.exec(c.req.header("authorization") ?? "") ?? [];
      const calling = await platform.callTokens.read(token);
      if (calling === undefined) {
        await admitAddress(c, platform, spec.budget);
        throw new Fault("token_invalid");
      }
      c.set("run", calling.run);
      const { requestId, traceparent } = c.var;
      const { signal } = c.req.raw;
      const call = { ...calling, platform, requestId, traceparent, signal };
      return answer(c, spec, await rule(await readInput(c, spec.accept), call));
    },
  };
}

/** One call of a runner's own route: which runner, and the outside world without any user's rights. */
export interface RunnerCall {
  runner: string;
  platform: Platform;
  /** What no user may call; each function for runners asks anew whether this one still may. */
  service: Service;
  requestId: string;
  /** Aborted when the runner has gone before the answer. */
  signal: AbortSignal;
}

/**
 * A route for runners that pull, by their own keys. A runner whose key is known costs no budget of an
 * address; a key that is new here, and whatever is none, is a stranger's until it has proved itself.
 */
export function runnerRoute<A extends Accept>(
  spec: Spec<A> & { access: "runner"; needs?: never },
  rule: (input: z.output<A>, call: RunnerCall) => Promise<unknown>,
): Route {
  return {
    spec,
    async respond(c, platform) {
      const stranger = () => admitAddress(c, platform, spec.budget);
      const runner = await platform.runners.identify(c.req.header("authorization"), stranger);
      c.set("runner", runner);
      platform.watch.beat();
      const { requestId } = c.var;
      const call = {
        runner,
        platform,
        service: platform.service(),
        requestId,
        signal: c.req.raw.signal,
      };
      return answer(c, spec, await rule(await readInput(c, spec.accept), call));
    },
  };
}

/** One call of the clock's own route: the outside world, on nobody's behalf. */
export interface ScheduledCall {
  platform: Platform;
  /** What no user may call, on nobody's account. */
  service: Service;
  requestId: string;
  /** Aborted when the clock has gone before the answer. */
  signal: AbortSignal;
}

/**
 * A route for the project's clock, by the secret key named `cron` in `apikey`. Whoever brings another
 * key, a user's token or none is told the same, and so is everybody where no such key is configured;
 * `Authorization` is not looked at. The clock costs no budget; a stranger does, and is counted.
 */
export function scheduledRoute<A extends Accept>(
  spec: Spec<A> & { access: "schedule"; needs?: never },
  rule: (input: z.output<A>, call: ScheduledCall) => Promise<unknown>,
): Route {
  return {
    spec,
    async respond(c, platform) {
      if (!await platform.isClock(c.req.header("apikey"))) {
        await admitAddress(c, platform, spec.budget);
        throw new Fault("token_invalid");
      }
      platform.watch.beat();
      const { signal } = c.req.raw;
      const call = { platform, service: platform.service(), requestId: c.var.requestId, signal };
      return answer(c, spec, await rule(await readInput(c, spec.accept), call));
    },
  };
}

function answer(c: Context<AppEnv>, { status }: Spec, body: unknown): Response {
  if (body instanceof Response) return c.newResponse(body.body, body);
  return status === 204 ? c.body(null, 204) : c.json(body, status ?? 200);
}

function termsOf(
  { budget, needs, streams, media, fresh }: Spec & { needs: Permission },
  accept: string | undefined,
): Terms {
  const terms = { guarded: fresh ? [] : [needs], fresh: fresh ? [needs] : [] };
  const isStream = acceptsStream(accept) || media?.some(acceptsStream);
  if (streams === undefined || !isStream) return { ...terms, budgets: [budget] };
  const budgets: Budget[] = budget === "read" ? ["stream"] : [budget, "stream"];
  return { ...terms, budgets, fresh: [...terms.fresh, streams] };
}

function callOf(c: Context<AppEnv>, platform: Platform, admitted: Admitted): Call {
  const { context, db } = admitted;
  return {
    ...admitted,
    platform,
    service: platform.service(context),
    requestId: context.requestId,
    signal: c.req.raw.signal,
    header: (name) => c.req.header(name),
    reply: (name, value) => c.header(name, value),
    noteRun: (run) => c.set("run", run),
    stillAllowed: (permission, signal) => hasPermission(db, permission, signal),
  };
}
