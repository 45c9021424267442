import type { Schema } from "./document.ts";

/** Where the schemas with a name are told of. */
const SCHEMAS = "schemas.md";

/** What a value may be, in a few words of Markdown: types, names of schemas, bounds. */
export function typeOf(schema: Schema): string {
  const { $ref, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) return reference($ref);
  const choices = anyOf ?? oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(" or ");
  if (allOf && schema.type === undefined) return allOf.map(typeOf).join(" and ");
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return schema.enum.map(code).join(", ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}${mostOf(schema)}`;
  if (schema.type === "object") return objectOf(schema);
  if (schema.type === undefined) return "any JSON";
  if (schema.type === "integer") return `integer${mostOf(schema)}`;
  return schema.format ?? `${schema.type}${mostOf(schema)}`;
}

/** Patterns that say no more than that a text is one. */
const PLAIN = ["^[^\\u0000]*$", "^[\\x20-\\x7e]*$"];

/** What a schema says of a field beside its type. */
export function noteOf(schema: Schema): string {
  const { description, default: preset, pattern } = schema;
  return [
    ...(description === undefined ? [] : [`${description}.`]),
    ...(preset === undefined ? [] : [`${preset === "" ? "Empty" : code(preset)} if left out.`]),
    ...(pattern === undefined || pattern.length > 60 || PLAIN.includes(pattern)
      ? []
      : [`Matches ${code(pattern)}.`]),
  ].join(" ").replaceAll("..", ".");
}

/** A value as Markdown code that a table can hold. */
export function code(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "null";
  return `\`${text.replaceAll("`", "'").replaceAll("|", "\\|")}\``;
}

function objectOf({ properties, additionalProperties }: Schema): string {
  const names = Object.keys(properties ?? {});
  if (names.length > 0) return `object of ${names.map(code).join(", ")}`;
  if (typeof additionalProperties !== "object") return "object";
  return `object of ${typeOf(additionalProperties)} by name`;
}

function mostOf({ type, minimum, exclusiveMinimum, maximum, maxLength, maxItems }: Schema): string {
  if (type === "array") return maxItems === undefined ? "" : `, at most ${maxItems}`;
  if (type === "string") return maxLength === undefined ? "" : ` ≤ ${maxLength}`;
  const from = minimum ?? (exclusiveMinimum === undefined ? undefined : `> ${exclusiveMinimum}`);
  const isBounded = maximum !== undefined && maximum < 2 ** 31 - 1;
  if (from === undefined) return isBounded ? ` ≤ ${maximum}` : "";
  return isBounded
    ? ` ${from} to ${maximum}`
    : typeof from === "string"
    ? ` ${from}`
    : ` ≥ ${from}`;
}

function reference(pointer: string): string {
  const name = pointer.split("/").at(-1) ?? "";
  return `[${name}](${SCHEMAS}#${name.toLowerCase()})`;
}
