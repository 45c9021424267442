import fc from "fast-check";
import * as z from "zod";
import type { ApiDocument, Schema } from "./document.ts";

const MAX_DEPTH = 4;

/** What a schema's keywords are to us. */
const Keywords = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  required: z.array(z.string()).optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  oneOf: z.array(z.record(z.string(), z.unknown())).optional(),
});
type Keywords = z.infer<typeof Keywords>;

/** Values for some names that a schema alone does not lead to: names of agents that there are. */
export type Hints = (name: string) => fc.Arbitrary<unknown> | undefined;

/** Values that a schema describes, as far as it can be told from it. */
export class Values {
  constructor(readonly document: ApiDocument, readonly hints: Hints) {}

  of(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
    const keywords = Keywords.parse(schema);
    const { $ref, anyOf, oneOf = anyOf } = keywords;
    if ($ref !== undefined) return this.of(this.document.resolve($ref), depth);
    if ("const" in schema) return fc.constant(schema.const);
    if (keywords.enum !== undefined) return fc.constantFrom(...keywords.enum);
    if (oneOf !== undefined) return this.#alternatives(oneOf, depth);
    return this.#typed(keywords, depth);
  }

  #alternatives(schemas: readonly Schema[], depth: number): fc.Arbitrary<unknown> {
    if (depth > MAX_DEPTH) return fc.constant(null);
    return fc.oneof(...schemas.map((each) => this.of(each, depth + 1)));
  }

  #typed(keywords: Keywords, depth: number): fc.Arbitrary<unknown> {
    switch (keywords.type) {
      case "string":
        return textOf(keywords);
      case "integer":
        return fc.oneof(...integersOf(keywords));
      case "number":
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      case "array":
        return this.#arrayOf(keywords, depth);
      case "object":
        return this.#objectOf(keywords, depth);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  #arrayOf({ items, minItems = 0, maxItems = 4 }: Keywords, depth: number): fc.Arbitrary<unknown> {
    const item = z.record(z.string(), z.unknown()).catch({}).parse(items);
    const maxLength = depth > MAX_DEPTH ? minItems : Math.min(maxItems, minItems + 4);
    return fc.array(this.of(item, depth + 1), { minLength: minItems, maxLength });
  }

  #objectOf({ properties = {}, required = [] }: Keywords, depth: number): fc.Arbitrary<unknown> {
    const chosen: Record<string, fc.Arbitrary<unknown>> = {};
    for (const [name, schema] of Object.entries(properties)) {
      if (depth > MAX_DEPTH && !required.includes(name)) continue;
      chosen[name] = this.named(name, schema, depth + 1);
    }
    return fc.record(chosen, { requiredKeys: required, noNullPrototype: true });
  }

  /** Values under a name: often the ones that lead somewhere. */
  named(name: string, schema: Schema, depth = 0): fc.Arbitrary<unknown> {
    const hinted = this.hints(name);
    const plain = this.of(schema, depth);
    return hinted === undefined
      ? plain
      : fc.oneof({ weight: 4, arbitrary: hinted }, { weight: 1, arbitrary: plain });
  }
}

/** Values that nobody should send, and somebody will. */
export function wrongValue(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(...ODD),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.maxSafeInteger(),
    fc.double(),
  );
}

const ODD: readonly unknown[] = [
  "",
  "\0",
  "a\0b",
  "' or 1=1 --",
  "../../etc/passwd",
  "%00",
  "%2e%2e%2f",
  "\u202e\ufeff",
  "x".repeat(70_000),
  "__proto__",
  "constructor",
  "null",
  -1,
  0,
  2 ** 31,
  2 ** 53,
  1e308,
  -0,
  "1e400",
  "NaN",
  [],
  {},
  null,
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":1}}'),
  JSON.parse("[".repeat(100) + "]".repeat(100)),
];

function textOf({ format, pattern, minLength = 0, maxLength = 200 }: Keywords) {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time") return moments();
  const longest = Math.min(maxLength, minLength + 200);
  if (pattern === undefined) return fc.string({ minLength, maxLength: longest });
  const fits = new RegExp(pattern, "u");
  // Texts are short by nature: of those that must not be, longer ones are drawn, and not waited for.
  return fromPattern(fits, minLength > 8 ? "medium" : "small")
    .filter((text) => text.length >= minLength && text.length <= maxLength);
}

/** Texts of a pattern; of one that fast-check cannot read, those of many that happen to fit. */
function fromPattern(pattern: RegExp, size: fc.Size): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(pattern, { maxLength: 100, size });
  } catch {
    return fc.string({ minLength: 1, maxLength: 40 }).filter((text) => pattern.test(text));
  }
}

function moments(): fc.Arbitrary<string> {
  const min = new Date("2000-01-01T00:00:00Z");
  const max = new Date("2030-01-01T00:00:00Z");
  return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
}

function integersOf({ minimum, maximum, exclusiveMinimum }: Keywords) {
  const min = minimum ?? (exclusiveMinimum === undefined ? -1_000 : exclusiveMinimum + 1);
  const max = Math.max(min, Math.min(maximum ?? 1_000, Number.MAX_SAFE_INTEGER));
  return [
    fc.integer({ min, max: Math.min(max, min + 20) }),
    fc.maxSafeInteger().map((value) => Math.min(max, Math.max(min, value))),
  ];
}
