import { createAccessBook } from "../../../supabase/functions/_shared/auth/access.ts";
import { createCallTokens } from "../../../supabase/functions/_shared/call_token.ts";
import { createClaimTokens } from "../../../supabase/functions/_shared/claim_token.ts";
import { createRunners } from "../../../supabase/functions/_shared/auth/runner.ts";
import type { Caller } from "../../../supabase/functions/_shared/auth/caller.ts";
import { userDb } from "../../../supabase/functions/_shared/db.ts";
import { type Env, readEnv } from "../../../supabase/functions/_shared/env.ts";
import type { Limits } from "../../../supabase/functions/_shared/limit/limits.ts";
import type { Mac } from "../../../supabase/functions/_shared/mac.ts";
import { createCursors } from "../../../supabase/functions/_shared/page.ts";
import { createForwarding } from "../../../supabase/functions/_shared/forwarding.ts";
import type { Platform } from "../../../supabase/functions/_shared/platform.ts";
import { createChecks } from "../../../supabase/functions/_shared/checks.ts";
import type { Metrics } from "../../../supabase/functions/_shared/metrics/recorder.ts";
import { NO_TRACER } from "../../../supabase/functions/_shared/trace/tracer.ts";
import { createService } from "../../../supabase/functions/_shared/service.ts";
import type { SecurityEvent } from "../../../supabase/functions/_shared/watch/watch.ts";

/** An environment in which hardly anything optional is set. */
export const ENV: Env = readEnv({
  SUPABASE_URL: "http://project.test",
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: "sb_publishable_1" }),
  SUPABASE_SECRET_KEYS: JSON.stringify({ default: "sb_secret_1" }),
  SB_EXECUTION_ID: "test",
  CLOISTER_ALLOWED_ORIGINS: "https://app.test",
  CLOISTER_CLIENT_ADDRESS_HEADER: "x-client-address",
  CLOISTER_ENGINE: "quickjs",
});

/** A user with a session. */
export const ANN: Caller = {
  userId: "0b5b8f1c-5a57-4c0c-9a3e-0d8d3b9d6f11",
  keyId: undefined,
  via: "session",
  identity: "ann",
  token: () => Promise.resolve("t"),
};

/** A user's access as `my_access` answers it. */
export const ACCESS = {
  role: "user",
  permissions: ["agents:read"],
  limits: {
    read: 600,
    write: 120,
    execute: 60,
    stream: 30,
    concurrent_runs: 10,
    cpu_seconds_per_day: 3_600,
  },
  key: null,
};

/** Recognises nothing, and has no key to derive. */
const NO_MARKS: Mac = {
  sign: () => Promise.resolve("none"),
  verify: () => Promise.resolve(false),
};

/** Lets everything in and counts nothing. */
export const NO_LIMITS: Limits = {
  admit: () => Promise.resolve(),
  take: () => Promise.resolve([]),
  peek: () => Promise.resolve([]),
  strike: () => Promise.resolve(undefined),
  blocks: { list: () => Promise.resolve([]), lift: () => Promise.resolve(false) },
  check: () => Promise.resolve(),
  health: () => ({ store: "postgres", failed_open: 0, failed_closed: 0 }),
};

/** Counts nothing. */
export const NO_METRICS: Metrics = {
  count() {},
  observe() {},
  gauge() {},
  flush: () => Promise.resolve(),
};

/** A platform over a Data API that answers as `rpc` says, and all that it did to the outside. */
export function fakePlatform(
  rpc: (name: string) => Response | Promise<Response> = () => Response.json(ACCESS),
  parts: Partial<Platform> = {},
) {
  const asked: string[] = [];
  const events: SecurityEvent[] = [];
  const lines: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    const name = new URL(url).pathname.split("/").at(-1) ?? "";
    asked.push(name);
    return rpc(name);
  });
  const env = { ...ENV, supabaseUrl: `http://127.0.0.1:${server.addr.port}` };
  const platform: Platform = {
    allowedOrigins: env.allowedOrigins,
    addressHeader: env.addressHeader,
    log: (...line) => lines.push(JSON.stringify(line)),
    authenticate: () => Promise.resolve(ANN),
    access: createAccessBook(),
    db: (caller) => userDb(env, () => caller.token()),
    service: () => createService(env)(),
    prepared: NO_MARKS,
    forwarding: createForwarding(env.secretKey),
    callTokens: createCallTokens(env.secretKey),
    runners: createRunners({ service: createService(env)(), keyEnv: env.keyEnv }),
    claimTokens: createClaimTokens(env.secretKey),
    isClock: () => Promise.resolve(false),
    toolsUrl: env.toolsUrl,
    cursors: createCursors(NO_MARKS),
    limits: NO_LIMITS,
    metrics: NO_METRICS,
    tracer: NO_TRACER,
    otlp: undefined,
    checks: createChecks(),
    watch: {
      report: (event) => void events.push(event),
      beat() {},
      flush: () => Promise.resolve(),
    },
    signer: undefined,
    keyEnv: env.keyEnv,
    ...parts,
  };
  return {
    platform,
    asked,
    events,
    lines,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
