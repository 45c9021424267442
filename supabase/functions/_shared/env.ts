import * as z from "zod";
import { EGRESS_VARIABLES } from "./env_egress.ts";
import { FILE_VARIABLES, type FileSettings, filesOf } from "./env_files.ts";
import { KEY_VARIABLES } from "./env_keys.ts";
import { SERVICE_VARIABLES, type ServiceSettings, servicesOf } from "./env_services.ts";
import { OTLP_VARIABLES, otlpOf, type OtlpSettings } from "./trace/settings.ts";
import { MasterKeys, type VaultSettings } from "./vault/keys.ts";

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

/** One of the project's own keys: ES256, because that is what hosted projects can import. */
const ProjectKey = z.object({
  alg: z.literal("ES256"),
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: Key,
  y: Key,
  d: Key,
  kid: Key,
});

const SigningKey = z.string().transform((text, ctx) => {
  const parsed = ProjectKey.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue('must be a private JWK with "alg": "ES256" (P-256) and a "kid"');
  return z.NEVER;
});

const RunnerKey = z.string().transform((text, ctx) => {
  const parsed = PrivateKey.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue('must be a private JWK with "alg": "EdDSA" (Ed25519) or "ES256" (P-256)');
  return z.NEVER;
});

/** What travels there is in the clear only within this machine. */
const PrivateUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}, "must be https, or http to this very machine");

const Issuer = z.strictObject({
  issuer: z.url().max(500),
  jwks: PrivateUrl,
  audience: z.string().min(1).max(500),
  user_claim: z.string().min(1).max(100),
  provider: z.string().min(1).max(100).exactOptional(),
}).transform(({ user_claim, ...rest }) => ({ ...rest, userClaim: user_claim }));

const Issuers = z.string().transform((text, ctx) => {
  const parsed = Issuer.array().max(20).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue('must be JSON like [{"issuer": …, "jwks": …, "audience": …, "user_claim": …}]');
  return z.NEVER;
});

/** `none`, or the name of the header that whoever is in front of us writes, and nobody else can. */
const AddressHeader = z.string().toLowerCase().regex(/^[a-z0-9-]{1,100}$/, "must name a header");

/** As Standard Webhooks has them: 24 to 64 bytes in base64. */
const WebhookSecret = z.string().regex(
  /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  "must be whsec_ and 24 to 64 bytes in base64",
);

const Variables = z.object({
  SUPABASE_URL: z.url(),
  ...KEY_VARIABLES,
  SUPABASE_JWKS: Jwks.optional(),
  SB_EXECUTION_ID: z.string().default("local"),
  CLOISTER_JWT_ISSUER: z.url().optional(),
  CLOISTER_ALLOWED_ORIGINS: Origins.default(["*"]),
  CLOISTER_ENGINE: z.enum(["auto", "quickjs", "process", "remote"]).default("auto"),
  CLOISTER_RUNNER_URL: PrivateUrl.optional(),
  CLOISTER_RUNNER_KEY: RunnerKey.optional(),
  CLOISTER_RUNNER_AUDIENCE: z.string().min(1).max(200).default("cloister-runner"),
  CLOISTER_SIGNING_KEY: SigningKey.optional(),
  CLOISTER_KEY_ENV: z.enum(["live", "test"]).default("live"),
  CLOISTER_TRUSTED_ISSUERS: Issuers.default([]),
  CLOISTER_CLIENT_ADDRESS_HEADER: AddressHeader.default("cf-connecting-ip"),
  CLOISTER_ALERT_WEBHOOK_URL: PrivateUrl.optional(),
  CLOISTER_ALERT_WEBHOOK_SECRET: WebhookSecret.optional(),
  CLOISTER_TOOLS_URL: PrivateUrl.optional(),
  CLOISTER_SECRET_KEYS: MasterKeys.default([]),
  CLOISTER_SECRET_KEEPER: z.enum(["cloister", "vault"]).default("cloister"),
  ...SERVICE_VARIABLES,
  ...FILE_VARIABLES,
  ...EGRESS_VARIABLES,
  ...OTLP_VARIABLES,
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1).optional(),
  CLOISTER_LIMITER_TIMEOUT_MS: z.coerce.number().int().min(50).max(10_000).default(500),
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
).refine(
  (vars) =>
    (vars.CLOISTER_ALERT_WEBHOOK_URL === undefined) ===
      (vars.CLOISTER_ALERT_WEBHOOK_SECRET === undefined),
  {
    path: ["CLOISTER_ALERT_WEBHOOK_SECRET"],
    error: "goes together with CLOISTER_ALERT_WEBHOOK_URL",
  },
).refine(
  (vars) => {
    const issuers = [issuerOf(vars), ...vars.CLOISTER_TRUSTED_ISSUERS.map(({ issuer }) => issuer)];
    return new Set(issuers).size === issuers.length;
  },
  { path: ["CLOISTER_TRUSTED_ISSUERS"], error: "names an issuer twice, or the project's own" },
).refine(
  (vars) => vars.CLOISTER_TRUSTED_ISSUERS.length === 0 || vars.CLOISTER_SIGNING_KEY !== undefined,
  { path: ["CLOISTER_TRUSTED_ISSUERS"], error: "needs CLOISTER_SIGNING_KEY" },
);

/** The private half of one of the project's signing keys, as a JWK. */
export type SigningKey = z.infer<typeof ProjectKey>;

/** Somebody else whose word on who a user is counts here. */
export interface TrustedIssuer {
  issuer: string;
  /** Where their key set lies. */
  jwks: string;
  audience: string;
  /** The claim that names the user. */
  userClaim: string;
  /** The provider of `auth.identities` whose ids the claim holds; without it, a user's own id. */
  provider?: string;
}

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
  /** What the project's clock is known by. Without it nothing runs by schedule over HTTP. */
  cronKey: string | undefined;
  /** The key set as it was when this isolate was deployed or started. */
  jwks: { keys: Record<string, unknown>[] } | undefined;
  jwtIssuer: string;
  allowedOrigins: string[];
  /** The platform's id of this isolate: it goes into every log line. */
  executionId: string;
  upstash: { url: string; token: string; timeoutMs: number } | undefined;
  engine: EngineSettings;
  /** Signs what API keys are exchanged for. Without it there are none. */
  signingKey: SigningKey | undefined;
  keyEnv: "live" | "test";
  trustedIssuers: readonly TrustedIssuer[];
  /** The one header that is believed about a client's address; undefined where none is. */
  addressHeader: string | undefined;
  /** The `tools` function, where agents' tool calls go. */
  toolsUrl: string;
  /** What users' secrets are locked by. Without a key, and without Vault, there are none. */
  secrets: VaultSettings;
  /** What agents' tools are built on. */
  services: ServiceSettings;
  /** What looks at files and keeps the large ones. */
  files: FileSettings;
  /** Origins that tools may reach although they are not the Internet's. */
  privateOrigins: readonly string[];
  /** Origins that webhooks may reach although they are not the Internet's. */
  webhookOrigins: readonly string[];
  /** Where alerts are sent, and what they are signed with. */
  alertWebhook: { url: string; secret: string } | undefined;
  /** Where traces and metrics go. */
  otlp: OtlpSettings | undefined;
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
    secretKey: vars.SUPABASE_SECRET_KEYS.default,
    cronKey: vars.SUPABASE_SECRET_KEYS.cron,
    jwks: vars.SUPABASE_JWKS,
    jwtIssuer: issuerOf(vars),
    allowedOrigins: vars.CLOISTER_ALLOWED_ORIGINS,
    executionId: vars.SB_EXECUTION_ID,
    upstash: url !== undefined && token !== undefined
      ? { url, token, timeoutMs: vars.CLOISTER_LIMITER_TIMEOUT_MS }
      : undefined,
    engine: { choice: vars.CLOISTER_ENGINE, runner: runnerOf(vars) },
    signingKey: vars.CLOISTER_SIGNING_KEY,
    keyEnv: vars.CLOISTER_KEY_ENV,
    trustedIssuers: vars.CLOISTER_TRUSTED_ISSUERS,
    addressHeader: vars.CLOISTER_CLIENT_ADDRESS_HEADER === "none"
      ? undefined
      : vars.CLOISTER_CLIENT_ADDRESS_HEADER,
    toolsUrl: vars.CLOISTER_TOOLS_URL ?? `${vars.SUPABASE_URL}/functions/v1/tools`,
    secrets: { keys: vars.CLOISTER_SECRET_KEYS, keeper: vars.CLOISTER_SECRET_KEEPER },
    services: servicesOf(vars),
    files: filesOf(vars),
    privateOrigins: vars.CLOISTER_PRIVATE_ORIGINS,
    webhookOrigins: vars.CLOISTER_WEBHOOK_ORIGINS,
    alertWebhook: webhookOf(vars),
    otlp: otlpOf(vars),
  };
}

function issuerOf(
  vars: { SUPABASE_URL: string; CLOISTER_JWT_ISSUER?: string | undefined },
): string {
  return vars.CLOISTER_JWT_ISSUER ?? `${vars.SUPABASE_URL}/auth/v1`;
}

function webhookOf(vars: z.output<typeof Variables>): Env["alertWebhook"] {
  const { CLOISTER_ALERT_WEBHOOK_URL: url, CLOISTER_ALERT_WEBHOOK_SECRET: secret } = vars;
  return url === undefined || secret === undefined ? undefined : { url, secret };
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
