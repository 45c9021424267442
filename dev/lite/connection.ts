import type { AnyAST, ConnectionContextOptions, VarsContext } from "@supabase/lite";
import { RelationNotFoundError } from "@supabase/lite";
import { type IPostgresConnectionConfig, PostgresConnection } from "@supabase/lite/postgres";
import * as z from "zod";
import { ROLES } from "./claims.ts";
import { writeJson } from "./json.ts";
import { openPool, type Pool, type Session } from "./pool.ts";
import { isUnreachable, refusal } from "./sqlstate.ts";

type Db = Parameters<Parameters<PostgresConnection["withContext"]>[1]>[0];

const Context = z.object({
  auth: z.object({
    role: z.enum(ROLES),
    jwt: z.record(z.string(), z.unknown()).nullish(),
  }),
});
type Context = z.infer<typeof Context>;

// As on hosted projects, where they are settings of the roles.
const TIMEOUTS = { anon: "3s", authenticated: "8s", service_role: "0" } as const;
const CONNECTIONS = 10;

/** Carries an answer past lite's own error handling: Hono asks an error for its response. */
class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(readonly response: Response, options?: ErrorOptions) {
    super("refused by Postgres", options);
  }

  getResponse(): Response {
    return this.response;
  }
}

/**
 * lite's connection to Postgres, with transactions of our own: the request's role and claims are set
 * in one statement, nothing is granted to anybody, and refusals are answered as PostgREST does.
 */
export class Connection extends PostgresConnection {
  readonly #pool: Pool;

  constructor(
    url: string,
    postgresOptions: NonNullable<IPostgresConnectionConfig["postgresOptions"]>,
  ) {
    super({ url, postgresOptions });
    this.#pool = openPool(url, CONNECTIONS, postgresOptions);
  }

  override async withContext<T>(
    vars: VarsContext | undefined,
    run: (db: Db) => Promise<T>,
    options?: ConnectionContextOptions,
  ): Promise<T> {
    const context = Context.parse(vars);
    const begin = `begin; ${settings(context, options?.rpc)}`;
    return await this.#pool.use(async (session) => {
      try {
        await session.send(begin);
        const result = await run(session.db);
        await session.send("commit");
        return result;
      } catch (cause) {
        if (isUnreachable(cause)) session.abandon();
        else await rollBack(session);
        const answer = refusal(cause, context.auth.role === "anon");
        throw answer === undefined ? cause : new Refusal(answer, { cause });
      }
    });
  }

  override async onPostgrestAST(ast: AnyAST): Promise<AnyAST> {
    const known = await super.onPostgrestAST(ast);
    return writeJson(known, await this.introspect({ useCache: true }));
  }

  /** lite would print every refused statement, and answer most of them with 500. */
  override normalizeDbError(error: unknown): unknown {
    if (error instanceof Refusal) throw error;
    if (error instanceof RelationNotFoundError) throw new Refusal(unknownTable(error));
    return error;
  }

  override async clearSchemaCache(): Promise<void> {
    this.#pool.forget();
    await super.clearSchemaCache();
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), this.#pool.close()]);
  }
}

function unknownTable({ message }: RelationNotFoundError): Response {
  const body = { code: "PGRST205", details: null, hint: null, message };
  return Response.json(body, { status: 404 });
}

/** What cannot be rolled back breaks at the next request. */
async function rollBack(session: Session): Promise<void> {
  await session.send("rollback").catch(() => {});
}

function settings({ auth: { role, jwt } }: Context, call: ConnectionContextOptions["rpc"]): string {
  const values = {
    role,
    statement_timeout: TIMEOUTS[role],
    transaction_read_only: call?.readOnly ? "on" : "off",
    "request.jwt.claims": JSON.stringify(jwt ?? { role }),
    "request.method": call?.method ?? "",
    "request.path": call?.path ?? "",
    "request.headers": JSON.stringify(call?.requestHeaders ?? {}),
  };
  const calls = Object.entries(values).map(([name, value]) =>
    `set_config('${name}', ${literal(value)}, true)`
  );
  return `select ${calls.join(", ")}`;
}

/** Text as an SQL literal, whatever it holds: Postgres reads `\` as itself unless a literal starts with E. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
