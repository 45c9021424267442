import * as z from "zod";
import type { Prices } from "./llm/prices.ts";
import { HostPattern, ModelName } from "./policy/schema.ts";

/** What goes into a header as it is. */
const Token = z.string().regex(/^[\x21-\x7e]{1,1024}$/, "must be one word of printable ASCII");

/** Where a service is, as paths are put behind it. What is private must also be declared so. */
const ServiceUrl = z.url({ protocol: /^https?$/ })
  .refine((text) => !/[?#@]/.test(text), "must not have a query or a password")
  .transform((text) => text.replace(/\/+$/, ""));

const Dollars = z.number().min(0).max(100_000);

/** Dollars for a million tokens, in and out. */
const PriceList = z.string().transform((text, ctx): Prices => {
  const parsed = z.record(ModelName, z.tuple([Dollars, Dollars])).safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  ctx.addIssue('must be JSON like {"openai/some-model": [0.25, 2]}, in dollars for 1M tokens');
  return z.NEVER;
});

const Hosts = z.string().transform((text) => text.split(",").map((host) => host.trim()))
  .pipe(HostPattern.array().max(1_000));

/** `someone@example.com`, or `Name <someone@example.com>`. */
const Sender = z.string().max(320)
  .regex(/^(?:[\w .,'()-]{1,100} <[^\s<>@"]+@[^\s<>@"]+>|[^\s<>@"]+@[^\s<>@"]+)$/);

/** The variables of the services that tools are built on. */
export const SERVICE_VARIABLES = {
  CLOISTER_OPENAI_KEY: Token.optional(),
  CLOISTER_OPENAI_URL: ServiceUrl.default("https://api.openai.com/v1"),
  CLOISTER_ANTHROPIC_KEY: Token.optional(),
  CLOISTER_ANTHROPIC_URL: ServiceUrl.default("https://api.anthropic.com"),
  CLOISTER_LLM_PRICES: PriceList.default({}),
  CLOISTER_DRAFT_MODEL: ModelName.optional(),
  CLOISTER_SEARCH_PROVIDER: z.enum(["brave", "searxng"]).optional(),
  CLOISTER_BRAVE_KEY: Token.optional(),
  CLOISTER_BRAVE_URL: ServiceUrl.default("https://api.search.brave.com"),
  CLOISTER_SEARXNG_URL: ServiceUrl.optional(),
  CLOISTER_SEARCH_BLOCKED: Hosts.default([]),
  CLOISTER_GITHUB_TOKEN: Token.optional(),
  CLOISTER_GITHUB_URL: ServiceUrl.default("https://api.github.com"),
  CLOISTER_RESEND_KEY: Token.optional(),
  CLOISTER_RESEND_URL: ServiceUrl.default("https://api.resend.com"),
  CLOISTER_EMAIL_FROM: Sender.optional(),
  CLOISTER_EMAIL_OUTBOX: z.string().min(1).max(1_000).optional(),
};

const Variables = z.object(SERVICE_VARIABLES);
type Variables = z.output<typeof Variables>;

/** Which search engine is asked. */
export type SearchSettings =
  | { provider: "brave"; url: string; key: string }
  | { provider: "searxng"; url: string };

/** How messages leave. */
export type EmailSettings =
  | { via: "resend"; url: string; key: string; from: string }
  | { via: "outbox"; directory: string; from: string };

/** The services that this deployment has; what is undefined, its tools refuse as `unavailable`. */
export interface ServiceSettings {
  llm: {
    /** Where each provider is. */
    urls: { openai: string; anthropic: string };
    /** The operator's own keys. */
    keys: { openai: string | undefined; anthropic: string | undefined };
    /** What the operator says that models cost, beside the list prices. */
    prices: Prices;
    /** The model that drafts agents. */
    draftModel: string | undefined;
  };
  search: SearchSettings | undefined;
  /** Hosts that no search may show. */
  blockedHosts: readonly string[];
  github: { url: string; token: string | undefined };
  email: EmailSettings | undefined;
}

/** The services as their variables describe them. Throws, naming variables, where some are missing. */
export function servicesOf(vars: Variables): ServiceSettings {
  return {
    llm: {
      urls: { openai: vars.CLOISTER_OPENAI_URL, anthropic: vars.CLOISTER_ANTHROPIC_URL },
      keys: { openai: vars.CLOISTER_OPENAI_KEY, anthropic: vars.CLOISTER_ANTHROPIC_KEY },
      prices: vars.CLOISTER_LLM_PRICES,
      draftModel: vars.CLOISTER_DRAFT_MODEL,
    },
    search: searchOf(vars),
    blockedHosts: vars.CLOISTER_SEARCH_BLOCKED,
    github: { url: vars.CLOISTER_GITHUB_URL, token: vars.CLOISTER_GITHUB_TOKEN },
    email: emailOf(vars),
  };
}

function searchOf(vars: Variables): SearchSettings | undefined {
  const { CLOISTER_BRAVE_KEY: key, CLOISTER_SEARXNG_URL: url } = vars;
  switch (vars.CLOISTER_SEARCH_PROVIDER) {
    case "brave":
      return { provider: "brave", url: vars.CLOISTER_BRAVE_URL, key: needed({ key }, "BRAVE_KEY") };
    case "searxng":
      return { provider: "searxng", url: needed({ key: url }, "SEARXNG_URL") };
    case undefined:
      return undefined;
  }
}

/** The provider where there is a key for one, else the outbox. */
function emailOf(vars: Variables): EmailSettings | undefined {
  const { CLOISTER_RESEND_KEY: key, CLOISTER_EMAIL_OUTBOX: directory } = vars;
  if (key === undefined && directory === undefined) return undefined;
  const from = needed({ key: vars.CLOISTER_EMAIL_FROM }, "EMAIL_FROM");
  if (key !== undefined) return { via: "resend", url: vars.CLOISTER_RESEND_URL, key, from };
  return directory === undefined ? undefined : { via: "outbox", directory, from };
}

function needed({ key }: { key: string | undefined }, name: string): string {
  if (key !== undefined) return key;
  throw new Error(`The environment is not usable:\n✖ CLOISTER_${name} is needed here`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
