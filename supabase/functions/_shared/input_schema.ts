import * as z from "zod";
import { Fault, type FaultItem } from "./fault.ts";
import { utf8Bytes } from "./json.ts";
import { matchSchema } from "./match.ts";

const MAX_DEPTH = 8;
const MAX_NODES = 128;
const MAX_BYTES = 16 * 1024;

const Scalar = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);
const Count = z.int().min(0).max(1_000_000);
const PropertyName = z.string().regex(/^(?!__proto__$)[A-Za-z_$][\w$.-]{0,63}$/);
const TYPES = ["string", "number", "integer", "boolean", "null", "object", "array"] as const;
const FORMATS = ["date-time", "date", "time", "email", "uri", "uuid", "ipv4", "ipv6"] as const;

/**
 * The part of JSON Schema 2020-12 that an agent's input can be described with. Left out is what
 * lets a stranger's schema cost more than its size: `pattern` (backtracking), `$ref` (recursion),
 * `oneOf`, `not`, `uniqueItems`.
 */
export interface InputSchema {
  $schema?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  type?: (typeof TYPES)[number] | undefined;
  enum?: z.infer<typeof Scalar>[] | undefined;
  const?: z.infer<typeof Scalar> | undefined;
  default?: unknown;
  examples?: unknown[] | undefined;
  format?: (typeof FORMATS)[number] | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
  multipleOf?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  items?: InputSchema | undefined;
  properties?: Record<string, InputSchema> | undefined;
  required?: string[] | undefined;
  additionalProperties?: boolean | undefined;
  anyOf?: InputSchema[] | undefined;
}

/** The schema of such schemas: strict, since an unknown keyword would be a silent hole. */
export const InputSchema: z.ZodType<InputSchema> = z.strictObject({
  $schema: z.literal("https://json-schema.org/draft/2020-12/schema").optional(),
  title: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  type: z.enum(TYPES).optional(),
  enum: z.array(Scalar).min(1).max(100).optional(),
  const: Scalar.optional(),
  default: z.unknown().optional(),
  examples: z.array(z.unknown()).max(10).optional(),
  format: z.enum(FORMATS).optional(),
  minLength: Count.optional(),
  maxLength: Count.optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
  minItems: Count.optional(),
  maxItems: Count.optional(),
  get items() {
    return InputSchema.optional();
  },
  get properties() {
    return z.record(PropertyName, InputSchema).optional();
  },
  required: z.array(PropertyName).max(MAX_NODES).optional(),
  additionalProperties: z.boolean().optional(),
  get anyOf() {
    return z.array(InputSchema).min(1).max(8).optional();
  },
}).meta({ id: "InputSchema", description: "A part of JSON Schema 2020-12." });

/** A schema as callers send it: its size is looked at before anything in it is. */
export const SmallInputSchema = z.unknown()
  .refine((value) => utf8Bytes(JSON.stringify(value) ?? "") <= MAX_BYTES, {
    error: `may have ${MAX_BYTES} bytes`,
    abort: true,
  })
  .pipe(InputSchema.nullable())
  .meta({ anyOf: [{ $ref: "#/components/schemas/InputSchema" }, { type: "null" }] });

/** Reads a schema as a caller or a row carries it, or throws `invalid_input_schema`. */
export function parseInputSchema(value: unknown): InputSchema {
  if (depthOf(value) > 2 * MAX_DEPTH) throw tooLarge();
  const parsed = InputSchema.safeParse(value);
  if (!parsed.success) {
    throw new Fault("invalid_input_schema", undefined, { items: itemsOf(parsed.error) });
  }
  const schema = parsed.data;
  const nodes = nodesOf(schema);
  if (nodes.length > MAX_NODES || utf8Bytes(JSON.stringify(schema)) > MAX_BYTES) throw tooLarge();
  for (const node of nodes) refuseFalseDefault(node);
  return schema;
}

/**
 * The input as the schema takes it (defaults filled in), or `invalid_input` with the mismatches.
 * The work is bounded, whatever the schema and the input.
 */
export function matchInput(schema: InputSchema, input: unknown): unknown {
  const { value, items } = matchSchema(schema, input);
  if (items.length > 0) throw new Fault("invalid_input", undefined, { items });
  return value;
}

function refuseFalseDefault(schema: InputSchema): void {
  if (schema.default === undefined) return;
  const { items } = matchSchema(schema, schema.default);
  if (items.length === 0) return;
  throw new Fault("invalid_input_schema", "A default does not match its own schema.", { items });
}

function tooLarge(): Fault {
  const detail = `A schema may nest ${MAX_DEPTH} levels, hold ${MAX_NODES} schemas and have ` +
    `${MAX_BYTES} bytes.`;
  return new Fault("invalid_input_schema", detail);
}

function itemsOf(error: z.ZodError): FaultItem[] {
  return error.issues.slice(0, 50).map(({ code, message, path }) => ({
    code,
    message,
    path: path.map(String).join(".").slice(0, 200),
  }));
}

function nodesOf(schema: InputSchema): InputSchema[] {
  const { items, properties = {}, anyOf = [] } = schema;
  const children = [...Object.values(properties), ...anyOf, ...(items ? [items] : [])];
  return [schema, ...children.flatMap(nodesOf)];
}

/** How deep a value nests, counted without recursion since it may nest deeper than the stack. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  for (let depth = 0;; depth++) {
    level = level.flatMap((item) => typeof item === "object" && item ? Object.values(item) : []);
    if (level.length === 0 || depth > 2 * MAX_DEPTH) return depth;
  }
}
