import * as z from "zod";
import { type FaultCode, FAULTS } from "../supabase/functions/_shared/fault.ts";
import type { Route, Spec } from "../supabase/functions/_shared/route.ts";
import { Problem } from "../supabase/functions/_shared/schema.ts";

type Json = Record<string, unknown>;

/** Faults that any route can answer with, beside its own. */
const SHARED: readonly FaultCode[] = [
  "invalid_request",
  "unauthenticated",
  "token_expired",
  "token_invalid",
  "forbidden",
  "rate_limited",
  "internal",
  "limiter_unavailable",
  "database_unavailable",
];
const WITH_PARAMS: readonly FaultCode[] = ["not_found"];
const WITH_BODY: readonly FaultCode[] = [
  "invalid_json",
  "body_too_large",
  "unsupported_media_type",
];

const INFO = {
  title: "Cloister",
  version: "0.1.0",
  description: "Create, list and execute your own code agents in a Supabase project.",
  license: { name: "MIT", identifier: "MIT" },
};

/** An edge function, as the document presents it. */
export interface ApiFunction {
  description: string;
  routes: readonly Route[];
}

/** The OpenAPI 3.1 document of the functions, made from the same promises that check requests. */
export function describeApi(functions: Record<string, ApiFunction>): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const [name, { routes }] of Object.entries(functions)) {
    for (const { spec } of routes) {
      const path = `/${name}${spec.path === "/" ? "" : spec.path}`.replace(/:(\w+)/g, "{$1}");
      paths[path] = {
        ...paths[path],
        [spec.method]: operation(name, spec, schemas),
      };
    }
  }
  return withComponents({
    openapi: "3.1.0",
    info: INFO,
    servers: [{ url: "/functions/v1" }],
    security: [{ user: [] }],
    tags: Object.entries(functions).map(([name, { description }]) => ({ name, description })),
    paths,
    components: { securitySchemes: SECURITY, schemas: sorted(schemas) },
  });
}

/** zod keeps schemas with an id in `$defs`; OpenAPI keeps them among its components. */
function withComponents(document: Json): Json {
  return JSON.parse(JSON.stringify(document).replaceAll("#/$defs/", "#/components/schemas/"));
}

const SECURITY = {
  user: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a Supabase Auth session.",
  },
};

function operation(name: string, spec: Spec, schemas: Json): Json {
  const { params, query, body } = spec.accept.shape;
  return {
    operationId: operationId(name, spec),
    summary: spec.summary,
    tags: [name],
    ...(spec.access === "public" && { security: [] }),
    parameters: [
      ...parameters("path", params, schemas),
      ...parameters("query", query, schemas),
      ...Object.entries(spec.headers ?? {}).map(([header, description]) => ({
        name: header,
        in: "header",
        description,
        schema: { type: "string", maxLength: 255 },
      })),
    ],
    ...(body &&
      {
        requestBody: { required: true, content: json(body, schemas, "input") },
      }),
    responses: { ...success(spec, schemas), ...failures(spec, schemas) },
  };
}

function operationId(name: string, { method, path }: Spec): string {
  const words = path.split("/").filter(Boolean).map((part) => part.replace(/\W/g, ""));
  return [method, name, ...words].join("_");
}

function parameters(place: string, schema: z.ZodType | undefined, schemas: Json): Json[] {
  if (schema === undefined) return [];
  const { properties, required = [] } = z.object({
    properties: z.record(z.string(), z.record(z.string(), z.unknown())),
    required: z.array(z.string()).optional(),
  }).parse(inline(schema, schemas));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
}

function success(spec: Spec, schemas: Json): Json {
  const status = spec.status ?? 200;
  if (spec.reply === undefined) return { [status]: { description: "Done" } };
  const stream = spec.streams && {
    "text/event-stream": {
      schema: { type: "string", description: "Server-sent events" },
    },
  };
  const reply = json(spec.reply, schemas, "output");
  const content = { ...reply, ...stream };
  return {
    [status]: { description: "Success", content },
    ...(spec.defers && { 202: { description: "It goes on", content: reply } }),
  };
}

function failures(spec: Spec, schemas: Json): Json {
  const { params, body } = spec.accept.shape;
  const codes = spec.access === "public" ? (["internal"] as const) : [
    ...SHARED,
    ...(params ? WITH_PARAMS : []),
    ...(body ? WITH_BODY : []),
    ...(spec.faults ?? []),
  ];
  const byStatus = Map.groupBy(codes, (code) => FAULTS[code][0]);
  const content = {
    "application/problem+json": {
      schema: reference(Problem, schemas, "output"),
    },
  };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { description: codes.join(", "), content }]),
  );
}

function json(schema: z.ZodType, schemas: Json, io: "input" | "output"): Json {
  return { "application/json": { schema: reference(schema, schemas, io) } };
}

/** A schema by reference where it has an id, in place where it has none. */
function reference(schema: z.ZodType, schemas: Json, io: "input" | "output"): unknown {
  const { $defs = {}, properties } = toJsonSchema(z.object({ it: schema }), io);
  Object.assign(schemas, $defs);
  return z.object({ it: z.unknown() }).parse(properties).it;
}

function inline(schema: z.ZodType, schemas: Json): Json {
  const { $defs = {}, $schema: _, ...rest } = toJsonSchema(schema, "input");
  Object.assign(schemas, $defs);
  return rest;
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
      // The format says it; zod's pattern for it is 300 characters.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
}

function sorted(record: Json): Json {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1));
}
