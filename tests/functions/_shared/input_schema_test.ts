import assert from "@std/assert";
import { Fault } from "../../../supabase/functions/_shared/fault.ts";
import { matchInput, parseInputSchema } from "../../../supabase/functions/_shared/input_schema.ts";

const SCHEMA = parseInputSchema({
  type: "object",
  properties: {
    city: { type: "string", minLength: 1 },
    days: { type: "integer", minimum: 1, maximum: 14, default: 3 },
    unit: { enum: ["c", "f"] },
    tags: { type: "array", items: { type: "string" }, maxItems: 2 },
  },
  required: ["city"],
  additionalProperties: false,
});

function refusal(work: () => unknown): Fault {
  try {
    work();
  } catch (err) {
    if (err instanceof Fault) return err;
    throw err;
  }
  throw new Error("nothing was refused");
}

const accepts = (schema: unknown, value: unknown) => {
  try {
    matchInput(parseInputSchema(schema), value);
    return true;
  } catch {
    return false;
  }
};

Deno.test("matchInput() takes what fits and fills in defaults", () => {
  assert.deepEqual(matchInput(SCHEMA, { city: "Oslo" }), { city: "Oslo", days: 3 });
});

Deno.test("matchInput() names every mismatch with its path", () => {
  const input = { city: "", days: 99, tags: [1], extra: true };
  const fault = refusal(() => matchInput(SCHEMA, input));
  assert.equal(fault.code, "invalid_input");
  const paths = fault.items.map(({ path }) => path).sort();
  assert.deepEqual(paths, ["city", "days", "extra", "tags.0"]);
});

Deno.test("every keyword is checked, with and without a type beside it", () => {
  const strings = { type: "string" };
  const table: [schema: unknown, good: unknown, bad: unknown][] = [
    [{ type: "integer" }, 3, 3.5],
    [{ type: "number" }, 3.5, "3"],
    [{ type: "null" }, null, 0],
    [{ type: "object" }, {}, []],
    [{ type: "array" }, [], {}],
    [{ type: "object", required: ["a"] }, { a: 1 }, {}],
    [{ required: ["a"], properties: { b: strings } }, { a: 1 }, { b: "x" }],
    [{ required: ["toString"] }, { toString: 1 }, {}],
    [{ properties: { constructor: strings } }, {}, { constructor: 1 }],
    [{ properties: { a: strings }, additionalProperties: false }, { a: "" }, { b: 1 }],
    [{ items: strings }, ["x"], [1]],
    [{ type: "array", minItems: 2 }, [1, 2], [1]],
    [{ type: "array", maxItems: 1 }, [1], [1, 2]],
    [{ minLength: 2 }, "ab", "a"],
    [{ maxLength: 2 }, "😀😀", "abc"],
    [{ minimum: 5 }, 5, 1],
    [{ maximum: 5 }, 5, 6],
    [{ exclusiveMinimum: 5 }, 6, 5],
    [{ exclusiveMaximum: 5 }, 4, 5],
    [{ multipleOf: 0.1 }, 0.3, 0.35],
    [{ multipleOf: 1e9 }, 2e9, 1],
    [{ multipleOf: 1e-308 }, 0, 1e308],
    [{ format: "time" }, "12:00:00Z", "12:00"],
    [{ format: "date-time" }, "2026-01-02t03:04:05z", "2026-01-02"],
    [{ format: "uri" }, "https://a.test/b", " https://a.test"],
    [{ format: "date" }, "2026-01-02", "zzz"],
    [{ format: "uuid" }, "0b5b8f1c-5a57-4c0c-9a3e-0d8d3b9d6f11", "x"],
    [{ format: "email" }, "ann@example.test", "ann"],
    [{ const: 1 }, 1, "1"],
    [{ type: "string", enum: ["a", 1] }, "a", 1],
    [{ enum: [null, true] }, null, false],
    [{ anyOf: [strings, { type: "null" }] }, null, 1],
    [{ minimum: 5 }, "a keyword says nothing of other types", 1],
  ];
  for (const [schema, good, bad] of table) {
    assert.ok(accepts(schema, good), `${JSON.stringify(schema)} takes ${JSON.stringify(good)}`);
    assert.ok(!accepts(schema, bad), `${JSON.stringify(schema)} refuses ${JSON.stringify(bad)}`);
  }
});

Deno.test("an own __proto__ in an input stays what it is", () => {
  const input: unknown = JSON.parse('{"__proto__": {"x": 1}, "y": 2}');
  const schema = parseInputSchema({ properties: { z: { default: 0 } } });
  assert.equal(JSON.stringify(matchInput(schema, input)), '{"__proto__":{"x":1},"y":2,"z":0}');
});

Deno.test("parseInputSchema() refuses what could cost more than its size", () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? {} : { type: "array", items: nested(depth - 1) };
  const wide = (depth: number): unknown =>
    depth === 0 ? {} : { anyOf: Array.from({ length: 8 }, () => wide(depth - 1)) };
  const hostile = [
    { type: "string", pattern: "^(a+)+$" },
    { $ref: "#" },
    { not: {} },
    { patternProperties: { "(a+)+": {} } },
    { default: 5, type: "string" },
    { default: "x".repeat(20_000) },
    { properties: { 'x"];globalThis.pwned=1;//': {} } },
    nested(500),
    wide(3),
    "object",
    null,
  ];
  for (const schema of hostile) {
    assert.equal(refusal(() => parseInputSchema(schema)).code, "invalid_input_schema");
  }
});

Deno.test("no schema and no input make the check long or large", () => {
  const names = Array.from({ length: 120 }, (_, i) => `a${i}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
  const wide = parseInputSchema({ items: { type: "object", properties, required: names } });
  const either = { anyOf: Array.from({ length: 8 }, () => ({ type: "string" })) };
  const nested = parseInputSchema({ items: { anyOf: Array.from({ length: 8 }, () => either) } });
  const generous = parseInputSchema({
    items: { properties: { a: { default: "x".repeat(10_000) } } },
  });
  const leaf = { anyOf: Array.from({ length: 8 }, () => ({ type: "null" })) };
  const keys = parseInputSchema({
    anyOf: [...Array.from({ length: 7 }, () => leaf), {
      properties: {},
      additionalProperties: false,
    }],
  });
  const counted = parseInputSchema({
    anyOf: Array.from(
      { length: 8 },
      () => ({ anyOf: Array.from({ length: 8 }, () => ({ minLength: 1e6 })) }),
    ),
  });
  const formatted = parseInputSchema({
    items: { anyOf: Array.from({ length: 8 }, () => ({ format: "email" })) },
  });
  const many = Object.fromEntries(Array.from({ length: 95_000 }, (_, i) => [`k${i}`, i]));
  const cases = [
    [keys, many],
    [counted, "x".repeat(250_000)],
    [formatted, Array.from({ length: 240 }, () => "ü".repeat(1_000))],
    [wide, Array.from({ length: 87_000 }, () => ({}))],
    [nested, Array.from({ length: 131_000 }, () => 0)],
    [nested, Array.from({ length: 131_000 }, () => "")],
    [generous, Array.from({ length: 80_000 }, () => ({}))],
  ] as const;
  for (const [schema, input] of cases) {
    const started = performance.now();
    const fault = refusal(() => matchInput(schema, input));
    assert.equal(fault.code, "invalid_input");
    assert.ok(fault.items.length <= 50);
    // Unbounded, these take from 7 seconds to minutes.
    assert.ok(performance.now() - started < 2_000);
  }
});

Deno.test("a schema cannot reach a prototype", () => {
  const schema = parseInputSchema({ properties: JSON.parse('{"__proto__": {"type": "string"}}') });
  assert.deepEqual(schema.properties, {});
  assert.equal(Object.getPrototypeOf(schema.properties), Object.prototype);
});

Deno.test("a default below anyOf is not filled in, and does not stand for what is required", () => {
  const schema = parseInputSchema({
    anyOf: [{ properties: { a: { default: 1 } }, required: ["a"] }],
  });
  assert.equal(refusal(() => matchInput(schema, {})).code, "invalid_input");
});
