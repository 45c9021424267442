import * as z from "zod";
import type { FaultItem } from "./fault.ts";
import type { InputSchema } from "./input_schema.ts";

/** Looks at a schema that one value may cost: some 50 ms. */
const MAX_STEPS = 200_000;
const MAX_ITEMS = 50;
/** What defaults may add to a value, in characters of JSON. */
const MAX_ADDED = 256 * 1024;
const MAX_FORMATTED = 2_000;

const FORMAT = {
  "date-time": z.iso.datetime({ offset: true }),
  date: z.iso.date(),
  time: z.iso.time(),
  email: z.email(),
  uri: z.url(),
  uuid: z.uuid(),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
} as const satisfies Record<NonNullable<InputSchema["format"]>, z.ZodType>;

/** What became of a value: with its defaults, and with what is wrong about it. */
export interface Match {
  value: unknown;
  items: readonly FaultItem[];
}

/**
 * Holds a value against a schema, by the rules of JSON Schema 2020-12: a keyword says something of
 * its own type of value and nothing of others. Both come from strangers, so the walk ends early:
 * after 50 mismatches, 200,000 looks at a schema, or 256 KiB of defaults.
 */
export function matchSchema(schema: InputSchema, value: unknown): Match {
  const walk = new Walk();
  try {
    return { value: walk.visit(schema, value, []), items: walk.items };
  } catch (thrown) {
    if (thrown instanceof Enough) return { value, items: walk.items };
    throw thrown;
  }
}

class Enough extends Error {}

type Path = readonly (string | number)[];

class Walk {
  readonly items: FaultItem[] = [];
  #steps = 0;
  #added = 0;

  visit(schema: InputSchema, value: unknown, path: Path): unknown {
    if (++this.#steps > MAX_STEPS) this.#giveUp(path);
    for (const message of complaints(schema, value)) this.#complain(path, message);
    if (schema.anyOf) this.#visitAnyOf(schema.anyOf, value, path);
    if (Array.isArray(value)) return this.#visitItems(schema, value, path);
    return isObject(value) ? this.#visitProperties(schema, value, path) : value;
  }

  #visitItems({ items }: InputSchema, values: readonly unknown[], path: Path): unknown[] {
    return items ? values.map((value, i) => this.visit(items, value, [...path, i])) : [...values];
  }

  #visitProperties(schema: InputSchema, value: object, path: Path): object {
    const { properties = {}, required = [], additionalProperties = true } = schema;
    const filled = new Map<string, unknown>(Object.entries(value));
    for (const name of filled.keys()) {
      if (additionalProperties || Object.hasOwn(properties, name)) continue;
      this.#complain([...path, name], "is not a known property");
    }
    for (const [name, property] of Object.entries(properties)) {
      if (filled.has(name)) {
        filled.set(name, this.visit(property, filled.get(name), [...path, name]));
      } else if (property.default !== undefined) filled.set(name, this.#default(property, path));
    }
    for (const name of required) {
      if (!filled.has(name)) this.#complain([...path, name], "is required");
    }
    return Object.fromEntries(filled);
  }

  /** An alternative that fits keeps quiet; which one it was does not change the value. */
  #visitAnyOf(alternatives: readonly InputSchema[], value: unknown, path: Path): void {
    const fits = alternatives.some((alternative) => {
      const attempt = new Walk();
      attempt.#steps = this.#steps;
      try {
        attempt.visit(alternative, value, path);
      } catch (thrown) {
        if (!(thrown instanceof Enough)) throw thrown;
      }
      this.#steps = attempt.#steps;
      if (this.#steps > MAX_STEPS) this.#giveUp(path);
      return attempt.items.length === 0;
    });
    if (!fits) this.#complain(path, "fits none of the alternatives");
  }

  #default(schema: InputSchema, path: Path): unknown {
    this.#added += JSON.stringify(schema.default).length;
    if (this.#added > MAX_ADDED) this.#giveUp(path);
    return schema.default;
  }

  #complain(path: Path, message: string): void {
    this.items.push({ code: "mismatch", message, path: path.join(".").slice(0, 200) });
    if (this.items.length >= MAX_ITEMS) throw new Enough();
  }

  #giveUp(path: Path): never {
    this.#complain(path, "is too large to be checked");
    throw new Enough();
  }
}

function* complaints(schema: InputSchema, value: unknown): Generator<string> {
  const { type, enum: choices, const: only } = schema;
  if (type !== undefined && !hasType(value, type)) yield `is not of type ${type}`;
  if (choices && !choices.some((choice) => choice === value)) yield "is not one of the choices";
  if (only !== undefined && only !== value) yield `is not ${JSON.stringify(only)}`;
  if (typeof value === "string") yield* ofString(schema, value);
  if (typeof value === "number") yield* ofNumber(schema, value);
  if (Array.isArray(value)) yield* ofLength(schema.minItems, schema.maxItems, value, "items");
}

function* ofString({ minLength, maxLength, format }: InputSchema, value: string) {
  if (minLength !== undefined || maxLength !== undefined) {
    yield* ofLength(minLength, maxLength, [...value], "characters");
  }
  if (format === undefined) return;
  const fits = value.length <= MAX_FORMATTED && FORMAT[format].safeParse(value).success;
  if (!fits) yield `is not a valid ${format}`;
}

function* ofNumber(schema: InputSchema, value: number) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && value < minimum) yield `is less than ${minimum}`;
  if (maximum !== undefined && value > maximum) yield `is more than ${maximum}`;
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) {
    yield `is not more than ${exclusiveMinimum}`;
  }
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) {
    yield `is not less than ${exclusiveMaximum}`;
  }
  if (multipleOf === undefined) return;
  const quotient = value / multipleOf;
  if (Math.abs(quotient - Math.round(quotient)) > 1e-9) yield `is not a multiple of ${multipleOf}`;
}

function* ofLength(
  min: number | undefined,
  max: number | undefined,
  { length }: { length: number },
  unit: string,
) {
  if (min !== undefined && length < min) yield `has fewer than ${min} ${unit}`;
  if (max !== undefined && length > max) yield `has more than ${max} ${unit}`;
}

function hasType(value: unknown, type: NonNullable<InputSchema["type"]>): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
