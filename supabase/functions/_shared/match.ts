import * as z from "zod";
import type { FaultItem } from "./fault.ts";
import type { InputSchema } from "./input_schema.ts";

/** What one match may cost: a look at a schema, a key, an item or eight characters are a step. */
const MAX_STEPS = 300_000;
const MAX_ITEMS = 50;
/** What defaults may add to a value, in characters of JSON. */
const MAX_ADDED = 256 * 1024;
const MAX_FORMATTED = 2_000;
/** Checking a format costs this many steps for each of its characters. */
const FORMAT_STEPS = 4;

/** RFC 3339's full-time, as JSON Schema has it; zod's has no offset. */
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

const FORMAT = {
  "date-time": z.string().toUpperCase().pipe(z.iso.datetime({ offset: true })),
  date: z.iso.date(),
  time: z.string().regex(TIME),
  email: z.email(),
  uri: z.string().regex(/^\S+$/).pipe(z.url()),
  uuid: z.guid(),
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
 * after 50 mismatches, some 50 ms of work, or 256 KiB of defaults. Defaults below `anyOf` are not
 * filled in: which alternative is meant is not known.
 */
export function matchSchema(schema: InputSchema, value: unknown): Match {
  const walk = new Walk(true);
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

  constructor(readonly fills: boolean) {}

  visit(schema: InputSchema, value: unknown, path: Path): unknown {
    this.#charge(1, path);
    if (schema.type !== undefined && !hasType(value, schema.type)) {
      this.#complain(path, `is not of type ${schema.type}`);
      return value;
    }
    this.#charge(costOf(schema, value), path);
    for (const message of complaints(schema, value)) this.#complain(path, message);
    if (schema.anyOf) this.#visitAnyOf(schema.anyOf, value, path);
    if (Array.isArray(value)) return this.#visitItems(schema, value, path);
    return isObject(value) ? this.#visitProperties(schema, value, path) : value;
  }

  #visitItems({ items }: InputSchema, values: readonly unknown[], path: Path): readonly unknown[] {
    return items ? values.map((value, i) => this.visit(items, value, [...path, i])) : values;
  }

  #visitProperties(schema: InputSchema, value: object, path: Path): object {
    const { properties, required = [], additionalProperties = true } = schema;
    for (const name of required) {
      const filled = this.fills && properties?.[name]?.default !== undefined;
      if (!filled && !Object.hasOwn(value, name)) this.#complain([...path, name], "is required");
    }
    if (!additionalProperties) this.#refuseUnknown(properties ?? {}, value, path);
    return properties ? this.#fill(properties, value, path) : value;
  }

  #refuseUnknown(properties: Record<string, InputSchema>, value: object, path: Path): void {
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(properties, name)) continue;
      this.#complain([...path, name], "is not a known property");
    }
  }

  #fill(properties: Record<string, InputSchema>, value: object, path: Path): object {
    const filled = new Map<string, unknown>(this.fills ? Object.entries(value) : []);
    for (const [name, property] of Object.entries(properties)) {
      const own = Object.getOwnPropertyDescriptor(value, name);
      if (own) filled.set(name, this.visit(property, own.value, [...path, name]));
      else if (this.fills && property.default !== undefined) {
        filled.set(name, this.#default(property, path));
      }
    }
    return this.fills ? Object.fromEntries(filled) : value;
  }

  #visitAnyOf(alternatives: readonly InputSchema[], value: unknown, path: Path): void {
    const fits = alternatives.some((alternative) => {
      const attempt = new Walk(false);
      attempt.#steps = this.#steps;
      try {
        attempt.visit(alternative, value, path);
      } catch (thrown) {
        if (!(thrown instanceof Enough)) throw thrown;
      }
      this.#steps = attempt.#steps;
      this.#charge(0, path);
      return attempt.items.length === 0;
    });
    if (!fits) this.#complain(path, "fits none of the alternatives");
  }

  #default(schema: InputSchema, path: Path): unknown {
    this.#added += JSON.stringify(schema.default).length;
    if (this.#added > MAX_ADDED) this.#giveUp(path);
    return schema.default;
  }

  #charge(steps: number, path: Path): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) this.#giveUp(path);
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

/** Steps for what a schema makes us do with all of a value, beside visiting what is in it. */
function costOf(schema: InputSchema, value: unknown): number {
  if (typeof value === "string") {
    const counts = schema.minLength !== undefined || schema.maxLength !== undefined;
    const format = schema.format ? Math.min(value.length, MAX_FORMATTED) * FORMAT_STEPS : 0;
    return format + (counts ? value.length / 8 : 0) + (schema.enum?.length ?? 0) / 8;
  }
  const looks = schema.properties !== undefined || schema.additionalProperties === false;
  return looks && isObject(value) ? Object.keys(value).length : 0;
}

function* complaints(schema: InputSchema, value: unknown): Generator<string> {
  const { enum: choices, const: only } = schema;
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
  // 0.3 is a multiple of 0.1, although no quotient of doubles says so exactly.
  const quotient = value / multipleOf;
  const whole = Math.round(quotient);
  const near = Math.abs(quotient - whole) <= 1e-9 * Math.max(1, Math.abs(quotient));
  if (!near || (whole === 0 && value !== 0)) yield `is not a multiple of ${multipleOf}`;
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
