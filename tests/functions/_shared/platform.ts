import { createAccessBook } from "../../../supabase/functions/_shared/auth/access.ts";
import type { Caller } from "../../../supabase/functions/_shared/auth/caller.ts";
import { userDb } from "../../../supabase/functions/_shared/db.ts";
import type { Env } from "../../../supabase/functions/_shared/env.ts";
import type { Limits } from "../../../supabase/functions/_shared/limit/limits.ts";
import type { Mac } from "../../../supabase/functions/_shared/mac.ts";
import { createCursors } from "../../../supabase/functions/_shared/page.ts";
import type { Platform } from "../../../supabase/functions/_shared/platform.ts";
import { createService } from "../../../supabase/functions/_shared/service.ts";
import type { SecurityEvent } from "../../../supabase/functions/_shared/watch/watch.ts";

/** An environment in which nothing optional is set. */
export const ENV: Env = {
  supabaseUrl: "http://project.test",
  publishableKey: "sb_publishable_1",
  secretKey: "sb_secret_1",
  jwks: undefined,
  jwtIssuer: "http://project.test/auth/v1",
  allowedOrigins: ["https://app.test"],
  executionId: "test",
  upstash: undefined,
  engine: { choice: "quickjs", runner: undefined },
  signingKey: undefined,
  keyEnv: "live",
  trustedIssuers: [],
  addressHeader: "x-client-address",
  alertWebhook: undefined,
};

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
  health: () => ({ store: "postgres", failed_open: 0, failed_closed: 0 }),
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
    cursors: createCursors(NO_MARKS),
    limits: NO_LIMITS,
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
