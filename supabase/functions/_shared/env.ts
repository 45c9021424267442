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

const Variables = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_PUBLISHABLE_KEYS: Keys,
  SUPABASE_SECRET_KEYS: Keys,
  SUPABASE_JWKS: Jwks.optional(),
  SB_EXECUTION_ID: z.string().default("local"),
  CLOISTER_JWT_ISSUER: z.url().optional(),
  CLOISTER_ALLOWED_ORIGINS: Origins.default(["*"]),
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
}).refine(
  (vars) =>
    (vars.UPSTASH_REDIS_REST_URL === undefined) ===
      (vars.UPSTASH_REDIS_REST_TOKEN === undefined),
  { path: ["UPSTASH_REDIS_REST_TOKEN"], error: "goes together with UPSTASH_REDIS_REST_URL" },
);

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
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
