import * as z from "zod";
import { health } from "../supabase/functions/_shared/health.ts";
import { MAX_RAW_BYTES } from "../supabase/functions/_shared/input.ts";
import type { Permission } from "../supabase/functions/_shared/permission.ts";
import type { Route, Spec } from "../supabase/functions/_shared/route.ts";
import { VERSION } from "../supabase/functions/_shared/version.ts";
import { HEADERS, Responses } from "./openapi/responses.ts";
import { type Json, Schemas, withComponents } from "./openapi/schemas.ts";

const INFO = {
  title: "Cloister",
  version: VERSION,
  description: "Create, list and execute your own code agents in a Supabase project.",
  license: { name: "MIT", identifier: "MIT" },
};

const SERVERS = [{
  url: "/functions/v1",
  description: "The Supabase project that serves this document, be it production or local",
  "x-internal": false,
}];

const SECURITY = {
  user: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a Supabase Auth session, or of an issuer that the operator " +
      "trusts. It is verified as RFC8725 asks: listed asymmetric algorithms, issuer, audience, " +
      "expiry.",
  },
  key: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "ck_live_…",
    description: "An API key. It may do what its scopes and its owner's role both allow.",
  },
  clock: {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "The project's secret key named `cron`, which its clock has and nobody else.",
  },
  runner: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "cr_…",
    description: "The key of a runner that pulls.",
  },
  run: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "ct_…",
    description:
      "The pass of a run that goes on, which the sandbox's host has and its program has " +
      "not.",
  },
  signature: {
    type: "apiKey",
    in: "header",
    name: "webhook-signature",
    description: "Made with the hook's secret, as Standard Webhooks has it. GitHub's own " +
      "`x-hub-signature-256` does as well.",
  },
};

/** Whom a route is for that needs no permission. */
const TERMS: Record<NonNullable<Spec["access"]>, string> = {
  public: "Open to anybody; addresses are limited.",
  run: "For running agents, by the pass of their run.",
  runner: "For runners that pull, by their own keys.",
  schedule: "For the project's clock, and safe to call twice.",
};

/** A parameter in a path of ours, with the pattern that it may have. */
const PARAMETER = /:(\w+)(?:\{[^}]*\})?/g;

/** An edge function, as the document presents it. */
export interface ApiFunction {
  description: string;
  routes: readonly Route[];
}

/**
 * The OpenAPI 3.1 document of the functions, made from the same promises that check requests. Each
 * function's own `/health` is added, as `createApp` adds it.
 */
export function describeApi(functions: Record<string, ApiFunction>): Json {
  const schemas = new Schemas();
  const responses = new Responses(schemas);
  const paths: Record<string, Json> = {};
  for (const [name, { routes }] of Object.entries(functions)) {
    for (const { spec } of [health, ...routes]) {
      const path = `/${name}${spec.path === "/" ? "" : spec.path}`.replace(PARAMETER, "{$1}");
      paths[path] = {
        ...paths[path],
        [spec.method]: {
          ...describeOperation(name, spec, schemas),
          responses: responses.of(spec),
        },
      };
    }
  }
  return withComponents({
    openapi: "3.1.0",
    info: INFO,
    servers: SERVERS,
    tags: Object.entries(functions).map(([name, { description }]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: SECURITY,
      headers: HEADERS,
      responses: responses.components(),
      schemas: schemas.components(),
    },
  });
}

function describeOperation(name: string, spec: Spec, schemas: Schemas): Json {
  const { params, query, body, bytes } = spec.accept.shape;
  return {
    operationId: operationId(name, spec),
    summary: spec.summary,
    description: describeTerms(spec),
    tags: [name],
    security: spec.needs === undefined ? machineSecurity(name, spec) : securityOf(spec.needs),
    parameters: [
      ...parameters("path", params, schemas),
      ...parameters("query", query, schemas),
      ...Object.entries(spec.headers ?? {}).map(([header, description]) => ({
        name: header,
        in: "header",
        description,
        schema: { type: "string", pattern: "^[\\x20-\\x7e]*$", maxLength: 255 },
      })),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: schemas.reference(body, "input") } },
      },
    }),
    ...(bytes && { requestBody: RAW_BODY }),
  };
}

/** The content itself, whatever it is said to be. */
const RAW_BODY = {
  required: true,
  content: {
    "application/octet-stream": {
      schema: { type: "string", format: "binary", maxLength: MAX_RAW_BYTES },
    },
  },
};

/** What a caller needs and pays, which summaries do not say. */
function describeTerms({ access = "public", needs, streams, budget }: Spec): string {
  const terms = needs === undefined
    ? TERMS[access]
    : `Needs \`${needs}\`. Paid from the budget \`${budget}\`.`;
  return streams === undefined
    ? terms
    : `${terms} As a stream it needs \`${streams}\` and is paid from \`stream\`, too.`;
}

/** The roles are the permissions. Managing keys takes a person: no key may make another. */
function securityOf(permission: Permission): Json[] {
  const user = { user: [permission] };
  return permission === "keys:manage" ? [user] : [user, { key: [permission] }];
}

/** What a machine brings. The clock's roles are the functions; only hooks are posted to by anybody. */
function machineSecurity(name: string, { access, method }: Spec): Json[] {
  if (access === "schedule") return [{ clock: [name] }];
  if (access === "runner") return [{ runner: [] }];
  if (access === "run") return [{ run: [] }];
  return method === "post" ? [{ signature: [] }] : [];
}

function operationId(name: string, { method, path }: Spec): string {
  const words = path.replace(PARAMETER, "$1").split("/").filter(Boolean)
    .map((part) => part.replace(/\W/g, ""));
  return [method, name, ...words].join("_");
}

function parameters(place: string, schema: z.ZodType | undefined, schemas: Schemas): Json[] {
  if (schema === undefined) return [];
  return schemas.properties(schema).map(({ name, schema, required }) => ({
    name,
    in: place,
    required: place === "path" || required,
    schema,
  }));
}
