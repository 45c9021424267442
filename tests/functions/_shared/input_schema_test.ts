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

Deno.test("matchInput() takes what fits and fills in defaults", () => {
  assert.deepEqual(matchInput(SCHEMA, { city: "Oslo" }), { city: "Oslo", days: 3 });
});

Deno.test("matchInput() names every mismatch with its path", () => {
  const fault = refusal(() => matchInput(SCHEMA, { city: "", days: 99, tags: [1], extra: true }));
  assert.equal(fault.code, "invalid_input");
  const paths = fault.items.map(({ path }) => path).sort();
  assert.deepEqual(paths, ["", "city", "days", "tags.0"]);
});

Deno.test("parseInputSchema() refuses what could cost more than its size", () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? {} : { type: "array", items: nested(depth - 1) };
  const hostile = [
    { type: "string", pattern: "^(a+)+$" },
    { $ref: "#" },
    { not: {} },
    { patternProperties: { "(a+)+": {} } },
    nested(500),
    {
      anyOf: Array.from(
        { length: 8 },
        () => ({ anyOf: Array.from({ length: 8 }, () => ({ anyOf: [{}, {}] })) }),
      ),
    },
    "object",
    null,
  ];
  for (const schema of hostile) {
    assert.equal(refusal(() => parseInputSchema(schema)).code, "invalid_input_schema");
  }
});

Deno.test("a property name in a schema never becomes code", () => {
  const name = "a$b.c-d";
  const schema = parseInputSchema({ type: "object", properties: { [name]: { type: "string" } } });
  assert.deepEqual(matchInput(schema, { [name]: "x" }), { [name]: "x" });
  const quoted = { type: "object", properties: { 'x"];globalThis.pwned=1;//': {} } };
  assert.equal(refusal(() => parseInputSchema(quoted)).code, "invalid_input_schema");
});

Deno.test("a schema cannot reach a prototype", () => {
  const schema = parseInputSchema({ properties: JSON.parse('{"__proto__": {"type": "string"}}') });
  assert.deepEqual(schema.properties, {});
  assert.equal(Object.getPrototypeOf(schema.properties), Object.prototype);
});
