import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import postgres, { type Options, type PostgresType, type Sql } from "postgres";

/** One connection, lent to one request at a time. */
export interface Session {
  /** Sends statements that have no parameters, several of them if need be, in one round trip. */
  send(statements: string): Promise<void>;
  readonly db: Kysely<Record<string, never>>;
  /** Gives the connection up, which has broken: the next request gets a new one. */
  abandon(): void;
}

/** A fixed number of connections to Postgres, opened when first needed. */
export interface Pool {
  /** Lends a session to `work`, waiting for one when all are lent. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Plans every statement anew from now on, since the schema has changed. */
  forget(): void;
  close(): Promise<void>;
}

/**
 * Opens the pool that the Data API works through. Statements are prepared once per connection, and
 * a transaction begins in the same round trip that sets its role: lite's own way takes 15 of them.
 */
export function openPool(
  url: string,
  size: number,
  options: Options<Record<string, PostgresType>>,
): Pool {
  let schema = 0;
  const idle: Session[] = [];
  const opened = new Set<Sql>();
  const abandoned = new WeakSet<Session>();
  const waiting: ((session: Session) => void)[] = [];
  const open = (): Session => {
    const sql = postgres(url, { ...options, max: 1 });
    opened.add(sql);
    const session = {
      async send(statements: string) {
        await sql.unsafe(statements).simple();
      },
      db: kysely(sql, () => schema),
      abandon() {
        // What the client still waits for on a connection that has gone may never come.
        if (opened.delete(sql)) void sql.end({ timeout: 0 }).catch(() => {});
        abandoned.add(session);
      },
    };
    return session;
  };
  const take = (): Session | Promise<Session> => {
    const session = idle.pop();
    if (session !== undefined) return session;
    if (opened.size < size) return open();
    return new Promise((resolve) => waiting.push(resolve));
  };
  const give = (session: Session) => {
    const isAbandoned = abandoned.has(session);
    const next = waiting.shift();
    if (next !== undefined) next(isAbandoned ? open() : session);
    else if (!isAbandoned) idle.push(session);
  };
  return {
    async use(work) {
      const session = await take();
      try {
        return await work(session);
      } finally {
        give(session);
      }
    },
    forget: () => void schema++,
    async close() {
      await Promise.all(Array.from(opened, (sql) => sql.end({ timeout: 1 })));
    },
  };
}

function kysely(sql: Sql, schema: () => number): Kysely<Record<string, never>> {
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new SessionDriver(sql, schema),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

/** Runs everything on the one connection it was given, inside the transaction that is open there. */
class SessionDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(sql: Sql, schema: () => number) {
    this.#connection = {
      executeQuery: (query) => execute(sql, query, schema()),
      streamQuery: () => {
        throw new Error("the Data API does not stream");
      },
    };
  }

  init = () => Promise.resolve();
  acquireConnection = () => Promise.resolve(this.#connection);
  beginTransaction = () => Promise.reject(new Error("a transaction is already open"));
  commitTransaction = () => Promise.resolve();
  rollbackTransaction = () => Promise.resolve();
  releaseConnection = () => Promise.resolve();
  destroy = () => Promise.resolve();
}

const WRITES = new Set(["INSERT", "UPDATE", "DELETE", "MERGE"]);

async function execute<Row>(
  sql: Sql,
  { sql: text, parameters }: CompiledQuery,
  schema: number,
): Promise<QueryResult<Row>> {
  if (!areParameters(parameters)) throw new TypeError("not a parameter of a statement");
  // A boolean would be one in Postgres, too, even where `?name=eq.true` asks for the text.
  const bound = parameters.map((value) => typeof value === "boolean" ? String(value) : value);
  const result = await sql.unsafe<Row[]>(`/* ${schema} */ ${text}`, bound, { prepare: true });
  const { command, count } = result;
  const rows = Array.from(result);
  return WRITES.has(command) ? { rows, numAffectedRows: BigInt(count) } : { rows };
}

function areParameters(
  values: readonly unknown[],
): values is readonly (string | number | boolean | null)[] {
  return values.every((value) => typeof value !== "function" && typeof value !== "symbol");
}
