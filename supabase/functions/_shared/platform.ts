import { type AccessBook, createAccessBook } from "./auth/access.ts";
import { createAuthenticate } from "./auth/authenticate.ts";
import type { Authenticate, Caller } from "./auth/caller.ts";
import { createRunners, type Runners } from "./auth/runner.ts";
import { createSigner, type Signer } from "./auth/signer.ts";
import { type CallTokens, createCallTokens } from "./call_token.ts";
import { type ClaimTokens, createClaimTokens } from "./claim_token.ts";
import { createIsClock, type IsClock } from "./clock.ts";
import type { RequestContext } from "./context.ts";
import { type ContextHeader, type Db, rows, userDb } from "./db.ts";
import type { Env } from "./env.ts";
import { type Checks, createChecks } from "./checks.ts";
import { createForwarding, type Forwarding } from "./forwarding.ts";
import { createLimits, type Limits } from "./limit/limits.ts";
import { createLog, type Log } from "./log.ts";
import { createMac, type Mac } from "./mac.ts";
import { measured } from "./metrics/limits.ts";
import { createMetrics, type Metrics } from "./metrics/recorder.ts";
import { createCursors, type Cursors } from "./page.ts";
import { createService, type Service } from "./service.ts";
import { createExporter } from "./trace/exporter.ts";
import type { OtlpSettings } from "./trace/settings.ts";
import { createTracer, NO_TRACER, type Tracer } from "./trace/tracer.ts";
import { VERSION } from "./version.ts";
import { CONTEXT_HEADER, createSignContext } from "./watch/sign_context.ts";
import { createWatch, type Watch } from "./watch/watch.ts";

/** Everything outside a function's own rules, opened once per isolate. */
export interface Platform {
  allowedOrigins: string[];
  /** The one header that is believed about a client's address, if any is. */
  addressHeader: string | undefined;
  log: Log;
  authenticate: Authenticate;
  access: AccessBook;
  /** Postgres as the caller, told on whose request. */
  db(caller: Caller, context: RequestContext): Db;
  /** The functions that no user may call, told on whose request where there is one. */
  service(context?: RequestContext): Service;
  cursors: Cursors;
  /** Marks what this server has prepared and the database keeps. */
  prepared: Mac;
  /** Whose calls our functions hand on to each other. */
  forwarding: Forwarding;
  /** Passes of runs, for their tool calls. */
  callTokens: CallTokens;
  /** Recognises runners that pull. */
  runners: Runners;
  /** Marks of runs that runners were given. */
  claimTokens: ClaimTokens;
  /** Whether a key is the one of the project's clock. */
  isClock: IsClock;
  /** Where tool calls go. */
  toolsUrl: string;
  limits: Limits;
  watch: Watch;
  metrics: Metrics;
  tracer: Tracer;
  /** Where traces and metrics go; undefined where nobody collects them. */
  otlp: OtlpSettings | undefined;
  /** What the function depends on, for `/health`. */
  checks: Checks;
  /** Undefined where the project's signing key is not ours to use. */
  signer: Signer | undefined;
  /** What new API keys are for. */
  keyEnv: Env["keyEnv"];
}

/** The platform of one function, as the environment describes it. Opens no connection yet. */
export function createPlatform(name: string, env: Env): Platform {
  const log = createLog({ fn: name, execution_id: env.executionId });
  const serve = createService(env);
  const unbound = serve();
  const sign = createSignContext({ service: unbound, log });
  const header = (context: RequestContext): ContextHeader => async () => {
    const mark = await sign(context);
    return mark === undefined ? undefined : [CONTEXT_HEADER, mark];
  };
  const service = (context?: RequestContext) => context ? serve(header(context)) : unbound;
  const signer = env.signingKey && createSigner(env.signingKey, { issuer: env.jwtIssuer });
  const metrics = createMetrics({ service: unbound, log });
  const onUncounted = (direction: string) =>
    metrics.count("cloister_limiter_decisions_total", { decision: `failed_${direction}` });
  const made = createLimits({ upstash: env.upstash, service: unbound, log, onUncounted });
  const limits = measured(made, metrics);
  const checks = createChecks();
  checks.add("database", async (signal) => rows(await unbound("ping", {}, signal)), true);
  checks.add("limiter", () => limits.check(), false);
  return {
    allowedOrigins: env.allowedOrigins,
    addressHeader: env.addressHeader,
    log,
    authenticate: createAuthenticate(env, { service, signer }),
    access: createAccessBook(),
    db: (caller, context) => userDb(env, () => caller.token(), header(context)),
    service,
    cursors: createCursors(createMac(env.secretKey, "cursor")),
    prepared: createMac(env.secretKey, "prepared"),
    forwarding: createForwarding(env.secretKey),
    callTokens: createCallTokens(env.secretKey),
    runners: createRunners({ service: unbound, keyEnv: env.keyEnv }),
    claimTokens: createClaimTokens(env.secretKey),
    isClock: createIsClock(env.cronKey),
    toolsUrl: env.toolsUrl,
    limits,
    watch: createWatch({ service: unbound, log, webhook: env.alertWebhook }),
    metrics,
    checks,
    tracer: createSpans(name, env, { log, metrics }),
    otlp: env.otlp,
    signer,
    keyEnv: env.keyEnv,
  };
}

function createSpans(
  part: string,
  { otlp, executionId: instance }: Env,
  { log, metrics }: Pick<Platform, "log" | "metrics">,
): Tracer {
  if (otlp?.ratio === undefined) return NO_TRACER;
  const resource = { part, version: VERSION, instance };
  const onOutcome = (outcome: string, spans: number) =>
    metrics.count("cloister_spans_total", { outcome }, spans);
  return createTracer(createExporter({ settings: otlp, resource, log, onOutcome }), otlp.ratio);
}
