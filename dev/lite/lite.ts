import { App } from "@supabase/lite";
import type { Claims } from "./claims.ts";
import { Connection } from "./connection.ts";
import { TYPES } from "./types.ts";
import { mendVerification } from "./verify.ts";

/** The Data API and Auth, without a door: the gateway has checked who calls. */
export interface Lite extends AsyncDisposable {
  /** Answers a request below /rest/v1 in the name of `claims`. */
  rest(request: Request, claims: Claims): Promise<Response>;
  /** Answers a request below /auth/v1. A token in it is one that `jwtSecret` signed. */
  auth(request: Request): Promise<Response>;
  /** Reads the schema anew at the next request. */
  reload(): Promise<void>;
}

/** What lite works on. */
export interface LiteOptions {
  databaseUrl: string;
  jwtSecret: string;
  siteUrl: string;
  /** Gets the e-mails: none leaves the machine. */
  log: (line: string) => void;
}

/** Opens `@supabase/lite` over Postgres, mended where it differs from what hosted projects do. */
export function openLite({ databaseUrl, jwtSecret, siteUrl, log }: LiteOptions): Lite {
  const connection = new Connection(databaseUrl, { onnotice: () => {}, types: TYPES });
  const callers = new WeakMap<Request, Claims>();
  const app = new App({
    connection,
    auth: { enabled: true, jwt_secret: jwtSecret, site_url: siteUrl },
    api: { enabled: true, schemas: ["public"], max_rows: 1000 },
    options: {
      drivers: {
        email: {
          send: ({ to, subject, text }) =>
            Promise.resolve(log(`e-mail to ${to}: ${subject}\n${text}`)),
        },
      },
      server: {
        apiKeys: false,
        disableStudio: true,
        middlewares: [async (c, next) => {
          const claims = callers.get(c.req.raw);
          if (claims !== undefined) {
            c.set("apiKeyType", "publishable");
            c.set("jwt", claims);
            if (claims.sub !== undefined) {
              c.set("userId", claims.sub);
              c.set("sessionId", claims.session_id ?? claims.sub);
            }
          }
          await next();
        }],
      },
    },
  });
  return {
    async rest(request, claims) {
      callers.set(request, claims);
      return await app.fetch(request);
    },
    auth: async (request) => await app.fetch(await mendVerification(request)),
    reload: () => connection.clearSchemaCache(),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
