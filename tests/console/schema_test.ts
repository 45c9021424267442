import assert from "@std/assert";
import { type Field, fieldOf } from "../../console/schema/field.ts";
import { fits, initialValue, memberOf, withMember } from "../../console/schema/value.ts";
import { POLICY_SCHEMA } from "../../sdk/authoring/policy_schema.ts";
import { TEMPLATES } from "../../sdk/authoring/templates.ts";
import { NO_POLICY, Policy } from "../../supabase/functions/_shared/policy/schema.ts";

Deno.test("a form of a template's schema can show its example, and begins with its defaults", () => {
  for (const { name, input_schema, example } of TEMPLATES) {
    assert(fits(fieldOf(input_schema), example), name);
  }
  const table = TEMPLATES.find(({ name }) => name === "table");
  assert.deepEqual(initialValue(fieldOf(table?.input_schema)), { csv: "", separator: "," });
});

Deno.test("the form of a policy asks for all of it, and shows every policy of a template", () => {
  const field = fieldOf(POLICY_SCHEMA);
  assert.deepEqual(namesIn(field), Object.keys(Policy.shape));
  assert.deepEqual(jsonFields(field), [], "nothing of a policy has to be typed as JSON");
  assert.deepEqual(initialValue(field), NO_POLICY);
  for (const { name, policy } of TEMPLATES) assert(fits(field, Policy.parse(policy)), name);
});

Deno.test("what a form cannot show without losing any of it is edited as JSON", () => {
  const field = fieldOf({
    type: "object",
    properties: { lines: { type: "array", items: { type: "string" } }, line: { type: "string" } },
  });
  assert(fits(field, { lines: ["a", "b"], line: "c" }));
  for (const value of [{ lines: ["a\nb"] }, { line: "a\nb" }, { line: 1 }, { more: 1 }, [], null]) {
    assert(!fits(field, value), JSON.stringify(value));
  }
  for (const schema of [{}, true, null, { anyOf: [] }, { type: "object" }, { type: "array" }]) {
    assert.equal(fieldOf(schema).kind, "json", JSON.stringify(schema));
  }
});

Deno.test("a member is changed in its place, and one that is undefined is taken away", () => {
  assert.equal(JSON.stringify(withMember({ a: 1, b: 2 }, "a", 3)), '{"a":3,"b":2}');
  assert.deepEqual(withMember({ a: 1, b: 2 }, "a", undefined), { b: 2 });
  assert(Object.hasOwn(withMember({}, "__proto__", 1), "__proto__"));
});

Deno.test("a schema that asks for more than a form can draw is typed as JSON, and costs no time", () => {
  const numbers = (depth: number, minItems: number): unknown =>
    depth === 0
      ? { type: "number" }
      : { type: "array", minItems, items: numbers(depth - 1, minItems) };
  const field = fieldOf({
    type: "object",
    properties: { big: numbers(4, 1_000) },
    required: ["big"],
  });
  assert.equal(initialValue(field), null);
  assert(!fits(field, null));
  assert(
    !fits(fieldOf(numbers(1, 0)), Array(2_000).fill(1)),
    "what was typed before is bounded too",
  );
  assert.deepEqual(initialValue(fieldOf(numbers(2, 3))), Array(3).fill(Array(3).fill(0)));
});

Deno.test("a property may have any name that the language gives a meaning to", () => {
  for (const name of ["constructor", "toString", "valueOf", "hasOwnProperty"]) {
    assert.equal(memberOf({}, name), undefined, name);
    assert.equal(memberOf(withMember({}, name, "typed"), name), "typed");
    const field = fieldOf({ type: "object", properties: { [name]: { type: "string" } } });
    assert(fits(field, { [name]: "typed" }));
    assert.deepEqual(initialValue(field), {});
  }
});

function namesIn(field: Field): string[] {
  return field.kind === "group" ? field.fields.map(({ name }) => name) : [];
}

/** The labels of all fields of JSON in a form. */
function jsonFields(field: Field): string[] {
  if (field.kind === "json") return [field.label];
  if (field.kind === "list") return jsonFields(field.item);
  return field.kind === "group" ? field.fields.flatMap((own) => jsonFields(own.field)) : [];
}
