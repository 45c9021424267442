import * as z from "zod";

/** Keys come as `{"default": "sb_…", "<name>": "sb_…"}`; only the default one is ours to use. */
const Keys = z.string().transform((text, ctx) => {
  const parsed = z.object({ default: z.string().min(1) }).safeParse(parseJson(text));
  if (parsed.success) return parsed.data.default;
  ctx.addIssue('must be JSON like {"default": "sb_…"}');
  return z.NEVER;
});

const Jwks = z.string().transform((text, ctx) => {
  const parsed = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })
    .safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue('must be JSON like {"keys": […]}');
  return z.NEVER;
});

const Origins = z.string().transform((text) => text.split(",").map((origin) => origin.trim()));

const Key = z.string().min(1).max(1_024);

/** A private key that signs, with its `alg`, as `runner/keys.ts` makes one. */
const PrivateKey = z.discriminatedUnion("alg", [
  z.object({
    alg: z.literal("EdDSA"),
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    x: Key,
    d: Key,
    kid: Key.exactOptional(),
  }),
  z.object({
    alg: z.literal("ES256"),
    kty: z.literal("EC"),
    crv: z.literal("P-256"),
    x: Key,
    y: Key,
    d: Key,
    kid: Key.exactOptional(),
  }),
]);

const RunnerKey = z.string().transform((text, ctx) => {
  const parsed = PrivateKey.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue('must be a private JWK with "alg": "EdDSA" (Ed25519) or "ES256" (P-256)');
  return z.NEVER;
});

/** Programs and tokens travel to it: in the clear only within this machine. */
const RunnerUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}, "must be https, or http to this very machine");

const Variables = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_PUBLISHABLE_KEYS: Keys,
  SUPABASE_SECRET_KEYS: Keys,
  SUPABASE_JWKS: Jwks.optional(),
  SB_EXECUTION_ID: z.string().default("local"),
  CLOISTER_JWT_ISSUER: z.url().optional(),
  CLOISTER_ALLOWED_ORIGINS: Origins.default(["*"]),
  CLOISTER_ENGINE: z.enum(["auto", "quickjs", "process", "remote"]).default("auto"),
  CLOISTER_RUNNER_URL: RunnerUrl.optional(),
  CLOISTER_RUNNER_KEY: RunnerKey.optional(),
  CLOISTER_RUNNER_AUDIENCE: z.string().min(1).max(200).default("cloister-runner"),
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
}).refine(
  (vars) =>
    (vars.UPSTASH_REDIS_REST_URL === undefined) ===
      (vars.UPSTASH_REDIS_REST_TOKEN === undefined),
  { path: ["UPSTASH_REDIS_REST_TOKEN"], error: "goes together with UPSTASH_REDIS_REST_URL" },
).refine(
  (vars) => (vars.CLOISTER_RUNNER_URL === undefined) === (vars.CLOISTER_RUNNER_KEY === undefined),
  { path: ["CLOISTER_RUNNER_KEY"], error: "goes together with CLOISTER_RUNNER_URL" },
).refine(
  (vars) => vars.CLOISTER_ENGINE !== "remote" || vars.CLOISTER_RUNNER_URL !== undefined,
  { path: ["CLOISTER_ENGINE"], error: "remote needs CLOISTER_RUNNER_URL" },
);

/** A runner, and how it knows that a run is ours. */
export interface RunnerSettings {
  url: string;
  /** Signs run tokens: a secret of this deployment. */
  key: z.infer<typeof PrivateKey>;
  audience: string;
}

/** Which engine runs agents. `auto` takes the strongest that this runtime has. */
export interface EngineSettings {
  choice: "auto" | "quickjs" | "process" | "remote";
  runner: RunnerSettings | undefined;
}

/** What the platform and the operator configured, parsed. */
export interface Env {
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** The key set as it was when this isolate was deployed or started. */
  jwks: { keys: Record<string, unknown>[] } | undefined;
  jwtIssuer: string;
  allowedOrigins: string[];
  /** The platform's id of this isolate: it goes into every log line. */
  executionId: string;
  upstash: { url: string; token: string } | undefined;
  engine: EngineSettings;
}

/**
 * Reads and checks the environment, once, at boot. A missing or malformed variable throws with
 * the variable's name and never its value.
 */
export function readEnv(source: Record<string, string> = Deno.env.toObject()): Env {
  const parsed = Variables.safeParse(source);
  if (!parsed.success) {
    throw new Error(`The environment is not usable:\n${z.prettifyError(parsed.error)}`);
  }
  const vars = parsed.data;
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = vars;
  return {
    supabaseUrl: vars.SUPABASE_URL,
    publishableKey: vars.SUPABASE_PUBLISHABLE_KEYS,
    secretKey: vars.SUPABASE_SECRET_KEYS,
    jwks: vars.SUPABASE_JWKS,
    jwtIssuer: vars.CLOISTER_JWT_ISSUER ?? `${vars.SUPABASE_URL}/auth/v1`,
    allowedOrigins: vars.CLOISTER_ALLOWED_ORIGINS,
    executionId: vars.SB_EXECUTION_ID,
    upstash: url !== undefined && token !== undefined ? { url, token } : undefined,
    engine: { choice: vars.CLOISTER_ENGINE, runner: runnerOf(vars) },
  };
}

function runnerOf(vars: z.output<typeof Variables>): RunnerSettings | undefined {
  const { CLOISTER_RUNNER_URL: url, CLOISTER_RUNNER_KEY: key } = vars;
  if (url === undefined || key === undefined) return undefined;
  return { url, key, audience: vars.CLOISTER_RUNNER_AUDIENCE };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
