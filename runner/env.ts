import type { JSONWebKeySet } from "jose";
import * as z from "zod";
import type { ProcessOptions } from "../supabase/functions/_shared/sandbox/process/engine.ts";
import { isLoopback } from "../supabase/functions/_shared/sandbox/remote/loopback.ts";
import {
  OTLP_VARIABLES,
  otlpOf,
  type OtlpSettings,
} from "../supabase/functions/_shared/trace/settings.ts";

const PREFIX = "CLOISTER_RUNNER_";
/** What the runs' functions use unless they are told otherwise. */
const AUDIENCE = "cloister-runner";

const kid = z.string().exactOptional();

/** Public keys alone: with a private one here, who takes the runner could sign run tokens. */
const PublicKey = z.looseObject({})
  .refine((key) => !("d" in key), "must not be private")
  .pipe(z.discriminatedUnion("kty", [
    z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), kid }),
    z.object({
      kty: z.literal("EC"),
      crv: z.literal("P-256"),
      x: z.string(),
      y: z.string(),
      kid,
    }),
  ]));

const RunKeys = json(z.object({ keys: z.array(PublicKey).min(1) }), '{"keys": [a public JWK]}');

const number = (min: number, max: number) =>
  z.string().regex(/^\d{1,15}$/, "must be a whole number").transform(Number)
    .pipe(z.int().min(min).max(max));

const amount = number(1, 2 ** 40).optional();
const flag = z.enum(["on", "off"]).transform((text) => text === "on");

/** What travels there is in the clear only within this machine. */
const Project = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || isLoopback(hostname);
}, "must be https, or http to this very machine").transform((text) => text.replace(/\/+$/, ""));

/** The functions have a variable of this name, too: theirs signs run tokens. */
const OwnKey = z.string().regex(
  /^cr_(live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/,
  "must be a runner's key (cr_…): the functions' signing key never belongs into the runner",
);

const Variables = z.strictObject({
  CLOISTER_URL: Project.optional(),
  CLOISTER_RUN_KEYS: RunKeys.optional(),
  CLOISTER_RUNNER_AUDIENCE: z.string().min(1).default(AUDIENCE),
  CLOISTER_RUNNER_PULL_KEY: OwnKey.optional(),
  CLOISTER_RUNNER_PULL_PLACES: number(1, 1_024).optional(),
  CLOISTER_RUNNER_ADMIN_TOKEN: z.string().min(32).max(512).optional(),
  CLOISTER_RUNNER_HOST: z.string().min(1).default("127.0.0.1"),
  CLOISTER_RUNNER_PORT: number(0, 65_535).default(8700),
  CLOISTER_RUNNER_TLS_CERT: z.string().min(1).optional(),
  CLOISTER_RUNNER_TLS_KEY: z.string().min(1).optional(),
  CLOISTER_RUNNER_TLS_ELSEWHERE: flag.default(false),
  CLOISTER_RUNNER_ENGINE: z.enum(["process", "quickjs"]).default("process"),
  CLOISTER_RUNNER_BOX: z.enum(["bubblewrap", "seccomp", "plain"]).optional(),
  CLOISTER_RUNNER_BUBBLEWRAP: z.string().min(1).optional(),
  CLOISTER_RUNNER_START: z.enum(["spawn", "fork"]).optional(),
  CLOISTER_RUNNER_JIT: flag.default(false),
  CLOISTER_RUNNER_PLACES: number(1, 1_024).optional(),
  CLOISTER_RUNNER_WARM: number(0, 1_024).optional(),
  CLOISTER_RUNNER_KEEP_ALIVE_RUNS: number(1, 1_000_000).optional(),
  CLOISTER_RUNNER_KEEP_ALIVE_IDLE_MS: number(1, 3_600_000).default(30_000),
  CLOISTER_RUNNER_MAX_WAITING: number(0, 100_000).optional(),
  CLOISTER_RUNNER_MAX_WAITING_PER_TENANT: number(0, 100_000).optional(),
  CLOISTER_RUNNER_MAX_CLIENTS: number(1, 100_000).default(256),
  CLOISTER_RUNNER_MAX_TOKENS: number(1, 10_000_000).default(100_000),
  CLOISTER_RUNNER_WAIT_MS: number(1, 600_000).default(3_000),
  CLOISTER_RUNNER_JOB_MS: number(1, 600_000).default(30_000),
  CLOISTER_RUNNER_STALL_MS: number(1, 600_000).default(10_000),
  CLOISTER_RUNNER_DRAIN_MS: number(0, 3_600_000).default(25_000),
  CLOISTER_RUNNER_MAX_WALL_MS: amount,
  CLOISTER_RUNNER_MAX_CPU_MS: amount,
  CLOISTER_RUNNER_MAX_MEMORY_BYTES: amount,
  CLOISTER_RUNNER_MAX_OUTPUT_BYTES: amount,
  CLOISTER_RUNNER_MAX_LOG_BYTES: amount,
  CLOISTER_RUNNER_MAX_TOOL_BYTES: amount,
  ...OTLP_VARIABLES,
}).superRefine((vars, ctx) => {
  const refuse = (name: string, message: string) =>
    ctx.addIssue({ code: "custom", path: [name], message });
  if ((vars.CLOISTER_RUNNER_PULL_KEY === undefined) !== (vars.CLOISTER_URL === undefined)) {
    refuse("CLOISTER_RUNNER_PULL_KEY", "goes together with CLOISTER_URL");
  }
  if (vars.CLOISTER_RUNNER_PULL_KEY === undefined && vars.CLOISTER_RUN_KEYS === undefined) {
    refuse(
      "CLOISTER_RUN_KEYS",
      "is missing, and so is CLOISTER_RUNNER_PULL_KEY: nobody could run here",
    );
  }
  const certified = vars.CLOISTER_RUNNER_TLS_CERT !== undefined;
  if (certified !== (vars.CLOISTER_RUNNER_TLS_KEY !== undefined)) {
    refuse("CLOISTER_RUNNER_TLS_KEY", "goes together with CLOISTER_RUNNER_TLS_CERT");
  }
  const open = !isLoopback(vars.CLOISTER_RUNNER_HOST);
  if (open && !certified && !vars.CLOISTER_RUNNER_TLS_ELSEWHERE) {
    const message =
      "other than loopback needs a certificate, or CLOISTER_RUNNER_TLS_ELSEWHERE=on where " +
      "something in front of the runner does TLS";
    refuse("CLOISTER_RUNNER_HOST", message);
  }
});

/** Which engine, and how large. What is missing the engine chooses. */
export interface EngineSettings {
  name: "process" | "quickjs";
  pool: Omit<ProcessOptions, "log">;
}

/** Where runs are pulled from, and how many at once; without a number, as many as there are places. */
export interface Pulling {
  url: string;
  key: string;
  places: number | undefined;
}

/** What the operator configured, parsed. */
export interface Env {
  /** Whose run tokens are believed. Without keys nobody brings a run, and runs are only pulled. */
  keys: JSONWebKeySet;
  pull: Pulling | undefined;
  audience: string;
  adminToken: string | undefined;
  listen: { hostname: string; port: number; tls: { cert: string; key: string } | undefined };
  engine: EngineSettings;
  clients: number;
  tokens: number;
  waitMs: number;
  jobMs: number;
  stallMs: number;
  drainMs: number;
  /** Where traces go. */
  otlp: OtlpSettings | undefined;
}

/**
 * Reads and checks the environment, once, at boot. A variable that is missing, malformed or of a
 * name that nobody knows throws with its name and never its value.
 */
export function readEnv(source: Record<string, string> = Deno.env.toObject()): Env {
  const ours = ([name]: [string, string]) =>
    name === "CLOISTER_RUN_KEYS" || name === "CLOISTER_URL" || name in OTLP_VARIABLES ||
    (name.startsWith(PREFIX) && name !== `${PREFIX}URL`);
  const parsed = Variables.safeParse(Object.fromEntries(Object.entries(source).filter(ours)));
  if (!parsed.success) {
    throw new Error(`The environment is not usable:\n${z.prettifyError(parsed.error)}`);
  }
  const vars = parsed.data;
  const { CLOISTER_RUNNER_TLS_CERT: cert, CLOISTER_RUNNER_TLS_KEY: key } = vars;
  return {
    keys: vars.CLOISTER_RUN_KEYS ?? { keys: [] },
    pull: pullOf(vars),
    audience: vars.CLOISTER_RUNNER_AUDIENCE,
    adminToken: vars.CLOISTER_RUNNER_ADMIN_TOKEN,
    listen: {
      hostname: vars.CLOISTER_RUNNER_HOST,
      port: vars.CLOISTER_RUNNER_PORT,
      tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    },
    engine: engineOf(vars),
    clients: vars.CLOISTER_RUNNER_MAX_CLIENTS,
    tokens: vars.CLOISTER_RUNNER_MAX_TOKENS,
    waitMs: vars.CLOISTER_RUNNER_WAIT_MS,
    jobMs: vars.CLOISTER_RUNNER_JOB_MS,
    stallMs: vars.CLOISTER_RUNNER_STALL_MS,
    drainMs: vars.CLOISTER_RUNNER_DRAIN_MS,
    otlp: otlpOf(vars),
  };
}

function pullOf(vars: z.infer<typeof Variables>): Pulling | undefined {
  const { CLOISTER_URL: url, CLOISTER_RUNNER_PULL_KEY: key, CLOISTER_RUNNER_PULL_PLACES: places } =
    vars;
  return url === undefined || key === undefined ? undefined : { url, key, places };
}

function engineOf(vars: z.infer<typeof Variables>): EngineSettings {
  const runs = vars.CLOISTER_RUNNER_KEEP_ALIVE_RUNS;
  const idleMs = vars.CLOISTER_RUNNER_KEEP_ALIVE_IDLE_MS;
  const pool = {
    box: vars.CLOISTER_RUNNER_BOX,
    bubblewrap: vars.CLOISTER_RUNNER_BUBBLEWRAP,
    start: vars.CLOISTER_RUNNER_START,
    jit: vars.CLOISTER_RUNNER_JIT,
    places: vars.CLOISTER_RUNNER_PLACES,
    warm: vars.CLOISTER_RUNNER_WARM,
    keepAlive: runs === undefined ? undefined : { runs, idleMs },
    maxWaiting: vars.CLOISTER_RUNNER_MAX_WAITING,
    maxWaitingPerTenant: vars.CLOISTER_RUNNER_MAX_WAITING_PER_TENANT,
  };
  const ceiling = {
    wallMs: vars.CLOISTER_RUNNER_MAX_WALL_MS,
    cpuMs: vars.CLOISTER_RUNNER_MAX_CPU_MS,
    memoryBytes: vars.CLOISTER_RUNNER_MAX_MEMORY_BYTES,
    outputBytes: vars.CLOISTER_RUNNER_MAX_OUTPUT_BYTES,
    logBytes: vars.CLOISTER_RUNNER_MAX_LOG_BYTES,
    toolBytes: vars.CLOISTER_RUNNER_MAX_TOOL_BYTES,
  };
  return {
    name: vars.CLOISTER_RUNNER_ENGINE,
    pool: { ...defined(pool), ceiling: defined(ceiling) },
  };
}

type Defined<Shape> = { [Name in keyof Shape]?: Exclude<Shape[Name], undefined> };

/** Leaves out what is undefined: to an engine that would be a value. */
function defined<Shape extends object>(shape: Shape): Defined<Shape> {
  const kept: Defined<Shape> = { ...shape };
  for (const name in kept) if (kept[name] === undefined) delete kept[name];
  return kept;
}

function json<Schema extends z.ZodType>(schema: Schema, example: string) {
  return z.string().transform((text, ctx): z.infer<Schema> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    ctx.addIssue(`must be JSON like ${example}, with keys of Ed25519 or P-256 and none private`);
    return z.NEVER;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
