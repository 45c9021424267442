import { type Authenticate, createAuthenticate } from "./auth.ts";
import { type Db, userDb } from "./db.ts";
import type { Env } from "./env.ts";
import { createLimiter, type Limiter } from "./limit.ts";
import { createLog, type Log } from "./log.ts";
import { createMac, type Mac } from "./mac.ts";
import { createCursors, type Cursors } from "./page.ts";
import { createService, type Service } from "./service.ts";

/** Everything outside a function's own rules, opened once per isolate. */
export interface Platform {
  allowedOrigins: string[];
  log: Log;
  authenticate: Authenticate;
  db(token: string): Db;
  service: Service;
  cursors: Cursors;
  /** Marks what this server has prepared and the database keeps. */
  prepared: Mac;
  limiter: Limiter | undefined;
}

/** The platform of one function, as the environment describes it. Opens no connection yet. */
export function createPlatform(name: string, env: Env): Platform {
  return {
    allowedOrigins: env.allowedOrigins,
    log: createLog({ fn: name, execution_id: env.executionId }),
    authenticate: createAuthenticate(env),
    db: (token) => userDb(env, token),
    service: createService(env),
    cursors: createCursors(createMac(env.secretKey, "cursor")),
    prepared: createMac(env.secretKey, "prepared"),
    limiter: env.upstash && createLimiter(env.upstash),
  };
}
