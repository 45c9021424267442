/**
 * The local stack. `startStack` is longer than a screen: it is the one list of what is started, in
 * order, so that what is started is also stopped, in the opposite order.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { administer } from "./gateway/admin.ts";
import { openConsole } from "./gateway/console.ts";
import { openDatabase } from "./database/database.ts";
import { auth, rest } from "./gateway/doors.ts";
import { loadFunctions } from "./gateway/functions.ts";
import { route, type Services } from "./gateway/route.ts";
import { openLite } from "./lite/lite.ts";
import { type ClockOptions, startClock } from "./clock.ts";
import { lockFolder } from "./lock.ts";
import { serve } from "./gateway/serve.ts";
import { cronKeyOf, masterKeyOf, openState, type SigningKey, type State } from "./state.ts";
import { createTokens, type Tokens } from "./gateway/tokens.ts";
import { createPkce } from "./gateway/pkce.ts";
import { openBridge } from "./upstash/bridge.ts";
import { answerRedis } from "./upstash/http.ts";
import { openMemory } from "./upstash/memory.ts";

/** How a stack differs from the default one. */
export interface StackOptions {
  /** The state folder. Default `.cloister` in the working directory. */
  dir?: string;
  /** Take a new state folder in place of `dir`, and delete it at the end: for tests and demos. */
  temporary?: boolean;
  /** The port of the gateway; 0 takes a free one. Default 54321. */
  port?: number;
  /** A Postgres, 15 or newer, in place of our own: as a superuser, and for this stack alone. */
  databaseUrl?: string;
  /** A Redis or Valkey behind the Upstash endpoint, in place of our own. */
  redisUrl?: string;
  /** Whether to serve the edge functions, which a process can do for one stack. Default true. */
  functions?: boolean;
  /** What the edge functions find in their environment beside the platform's own variables. */
  env?: Record<string, string>;
  /** Where the edge functions lie. Default `supabase/functions` of this repository. */
  functionsDir?: string;
  /** Where the migrations lie. Default `supabase/migrations` of this repository. */
  migrationsDir?: string;
  /**
   * Whether a clock works off `app.jobs`, as pg_cron does elsewhere, or how many ms after the start
   * it begins. Default true, which is 5,000.
   */
  clock?: boolean | number;
  /** Gets what a developer should see, line by line. Default: standard error. */
  log?: (line: string) => void;
}

/** A running stack. Everything in it listens on 127.0.0.1 alone. */
export interface Stack extends AsyncDisposable {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** As the role `postgres`, which is no superuser, as on hosted projects. */
  readonly databaseUrl: string;
  /** As a superuser: for tests and tools. */
  readonly adminUrl: string;
  readonly redis: { readonly url: string; readonly token: string };
  /** What edge functions find in their environment. */
  readonly env: Record<string, string>;
  /** Signs what the stack's own Auth would: for tests that forge tokens. */
  readonly signingKey: SigningKey;
  /** Ends everything that was started, and may be called again. */
  stop(): Promise<void>;
}

/** Starts the local stack, or throws a {@link StackError} that says what to do. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { port = 54321, log = console.error } = options;
  await using started = new AsyncDisposableStack();
  const dir = options.temporary
    ? started.use(await temporaryFolder()).path
    : resolve(options.dir ?? ".cloister");
  await Deno.mkdir(dir, { recursive: true, mode: 0o711 });
  started.use(await lockFolder(dir));
  const state = await openState(dir);
  const services = Promise.withResolvers<Services>();
  const server = started.use(
    serve(port, async (request, peer) => route(request, peer, await services.promise), log),
  );
  const { url } = server;
  const tokens = await createTokens(url, state.signingKey, state.innerSecret);
  const env = { ...options.env, ...environment(url, state, tokens) };
  const functions = options.functions === false ? undefined : started.use(
    loadFunctions(options.functionsDir ?? inRepository("supabase/functions"), env, log),
  );
  const redis = started.use(
    await (options.redisUrl === undefined ? openMemory() : openBridge(options.redisUrl)),
  );
  const database = started.use(
    await openDatabase({
      dir,
      state,
      log,
      port: port === 0 ? 0 : port + 1,
      databaseUrl: options.databaseUrl,
      migrationsDir: options.migrationsDir ?? inRepository("supabase/migrations"),
    }),
  );
  const lite = started.use(
    openLite({ databaseUrl: database.url, jwtSecret: state.innerSecret, siteUrl: url, log }),
  );
  if (functions !== undefined) started.defer(functions.end);
  await database.sql.listen("pgrst", lite.reload);
  await functions?.booted;
  const doors = {
    state,
    tokens,
    lite,
    pkce: createPkce(),
    admin: (request: Request) => administer(request, database.sql),
  };
  services.resolve({
    rest: (request) => rest(request, doors),
    auth: (request) => auth(request, doors),
    redis: (request) => answerRedis(request, "/redis", state.redisToken, redis),
    functions: functions?.fetch,
    console: openConsole(state.publishableKey, { follows: !options.temporary, log }).fetch,
  });
  const clock = openClock(options, {
    databaseUrl: database.url,
    functions: functions && { url, key: cronKeyOf(state) },
    log,
  });
  const running = started.move();
  const stop = async () => {
    await clock?.[Symbol.asyncDispose]();
    await functions?.end();
    await server[Symbol.asyncDispose]();
    await running.disposeAsync();
  };
  return {
    url,
    publishableKey: state.publishableKey,
    secretKey: state.secretKey,
    databaseUrl: database.url,
    adminUrl: database.adminUrl,
    redis: { url: env.UPSTASH_REDIS_REST_URL, token: env.UPSTASH_REDIS_REST_TOKEN },
    env,
    signingKey: state.signingKey,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function openClock({ clock = true }: StackOptions, wanted: Omit<ClockOptions, "firstMs">) {
  if (clock === false) return undefined;
  return startClock({ ...wanted, firstMs: clock === true ? 5_000 : clock });
}

/** Others may walk through it, as Postgres' account has to, but not look around. */
async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "cloister-" });
  await Deno.chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function environment(url: string, state: State, tokens: Tokens) {
  return {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: state.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: state.secretKey, cron: cronKeyOf(state) }),
    SUPABASE_JWKS: JSON.stringify(tokens.jwks),
    SB_EXECUTION_ID: crypto.randomUUID(),
    SB_REGION: "local",
    CLOISTER_SIGNING_KEY: JSON.stringify(state.signingKey),
    CLOISTER_KEY_ENV: "test",
    CLOISTER_SECRET_KEYS: JSON.stringify({ local: masterKeyOf(state) }),
    UPSTASH_REDIS_REST_URL: `${url}/redis`,
    UPSTASH_REDIS_REST_TOKEN: state.redisToken,
  };
}

function inRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
