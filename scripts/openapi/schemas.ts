import * as z from "zod";
import { maxLengthOf } from "./bounds.ts";

/** A piece of the document. */
export type Json = Record<string, unknown>;

/** Whether a schema is of what callers send or of what they are answered. */
export type Direction = "input" | "output";

const MAX_INT32 = 2 ** 31 - 1;
/** Formats that say what zod's patterns of up to 300 characters say, and how long they can be. */
const FORMATS = [
  ["date-time", { pattern: patternOf(z.iso.datetime({ offset: true })), maxLength: 40 }],
  ["uuid", { pattern: patternOf(z.uuid()), maxLength: 36 }],
] as const;

/** JSON Schemas of zod schemas; those with an id are collected, to become components. */
export class Schemas {
  readonly #known: Json = {};

  /** The components, by name. */
  components(): Json {
    return sorted(this.#known);
  }

  /** A schema by reference where it has an id, in place where it has none. */
  reference(schema: z.ZodType, direction: Direction): unknown {
    const { $defs = {}, properties } = toJsonSchema(z.object({ it: schema }), direction);
    Object.assign(this.#known, $defs);
    return z.object({ it: z.unknown() }).parse(properties).it;
  }

  /** The properties of an object that callers send, each with whether it must be there. */
  properties(schema: z.ZodType): { name: string; schema: Json; required: boolean }[] {
    const { $defs = {}, ...rest } = toJsonSchema(schema, "input");
    Object.assign(this.#known, $defs);
    const { properties, required = [] } = z.object({
      properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
      required: z.array(z.string()).optional(),
    }).parse(rest);
    return Object.entries(properties).map(([name, schema]) => ({
      name,
      schema,
      required: required.includes(name),
    }));
  }
}

/** zod keeps schemas with an id in `$defs`; OpenAPI keeps them among its components. */
export function withComponents(document: Json): Json {
  return JSON.parse(JSON.stringify(document).replaceAll("#/$defs/", "#/components/schemas/"));
}

/** A record by the order of its keys. */
export function sorted(record: Json): Json {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1));
}

function patternOf(schema: z.ZodType): string | undefined {
  return z.toJSONSchema(schema).pattern;
}

function toJsonSchema(schema: z.ZodType, io: Direction): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
      if (jsonSchema.type === "string") sayFormat(jsonSchema);
      if (jsonSchema.type === "integer") {
        const { maximum = Infinity } = jsonSchema;
        jsonSchema.format = maximum <= MAX_INT32 ? "int32" : "int64";
      }
    },
  });
}

/** Says a text's format instead of zod's pattern for it, and its length where these imply it. */
function sayFormat(schema: z.core.JSONSchema.BaseSchema): void {
  const patterns = schema.pattern === undefined
    ? (schema.allOf ?? []).map(({ pattern }) => pattern)
    : [schema.pattern];
  for (const [format, { pattern, maxLength }] of FORMATS) {
    if (schema.format !== format && !patterns.includes(pattern)) continue;
    schema.format = format;
    schema.maxLength ??= maxLength;
    setPatterns(schema, patterns.filter((each) => each !== pattern));
  }
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined) {
    const length = schema.maxLength ?? maxLengthOf(only);
    if (length !== undefined) schema.maxLength = length;
  }
}

function setPatterns(schema: z.core.JSONSchema.BaseSchema, patterns: (string | undefined)[]): void {
  delete schema.allOf;
  delete schema.pattern;
  const [first, ...more] = patterns.filter((pattern) => pattern !== undefined);
  if (first !== undefined) schema.pattern = first;
  if (more.length > 0) schema.allOf = more.map((pattern) => ({ pattern }));
}
