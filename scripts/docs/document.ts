import * as z from "zod";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** A JSON Schema as the document has it, as far as people are told of it. */
export interface Schema {
  $ref?: string | undefined;
  type?: string | undefined;
  format?: string | undefined;
  description?: string | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  default?: unknown;
  pattern?: string | undefined;
  minimum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  maxItems?: number | undefined;
  items?: Schema | undefined;
  anyOf?: Schema[] | undefined;
  oneOf?: Schema[] | undefined;
  allOf?: Schema[] | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
  additionalProperties?: Schema | boolean | undefined;
}

const Schema: z.ZodType<Schema> = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string()).transform((all) => all.join(" or "))]).optional(),
  format: z.string().optional(),
  description: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  pattern: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  get items() {
    return Schema.optional();
  },
  get anyOf() {
    return z.array(Schema).optional();
  },
  get oneOf() {
    return z.array(Schema).optional();
  },
  get allOf() {
    return z.array(Schema).optional();
  },
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  required: z.array(z.string()).optional(),
  get additionalProperties() {
    return z.union([z.boolean(), Schema]).optional();
  },
});

const Content = z.record(z.string(), z.object({ schema: Schema.optional() }));
const Response = z.object({
  $ref: z.string().optional(),
  description: z.string().optional(),
  content: Content.optional(),
});
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(z.object({
    name: z.string(),
    in: z.enum(["path", "query", "header"]),
    description: z.string().optional(),
    required: z.boolean().default(false),
    schema: Schema,
  })),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), Response),
});
/** A route, as the document tells of it. */
export type Operation = z.infer<typeof Operation>;

/** The OpenAPI document, as far as people are told of it. */
export const ApiDocument = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), Operation)),
  components: z.object({
    responses: z.record(z.string(), Response),
    schemas: z.record(z.string(), Schema),
  }),
});
export type ApiDocument = z.infer<typeof ApiDocument>;

/** Every route of a function, with its method and path, in the document's order. */
export function operationsOf(
  { paths }: ApiDocument,
  tag: string,
): { method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method];
      if (operation === undefined || !operation.tags.includes(tag)) return [];
      return [{ method: method.toUpperCase(), path, operation }];
    })
  );
}
