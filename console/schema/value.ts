import { type Field, type GroupField, isObject } from "./field.ts";

/** How many values a form draws at most, of all depths: it stays quick to draw and to type into. */
const MAX_DRAWN = 1_000;

/**
 * What a form shows before anybody has typed: presets, and the least that is required. `null`,
 * which is edited as JSON, where that is more than a form can draw.
 */
export function initialValue(field: Field): unknown {
  return sizeOf(field) > MAX_DRAWN ? null : least(field);
}

function least(field: Field): unknown {
  if (field.preset !== undefined) return structuredClone(field.preset);
  switch (field.kind) {
    case "group":
      return initialGroup(field);
    case "list":
      return Array.from({ length: field.min }, () => least(field.item));
    case "many":
    case "lines":
      return [];
    case "text":
      return "";
    case "choice":
      return field.choices[0];
    case "switch":
      return false;
    case "number":
      return field.min ?? 0;
    case "json":
      return null;
  }
}

function initialGroup(group: GroupField): Record<string, unknown> {
  return Object.fromEntries(wantedOf(group).map(({ name, field }) => [name, least(field)]));
}

function wantedOf({ fields }: GroupField): GroupField["fields"] {
  return fields.filter(({ required, field }) => required || field.preset !== undefined);
}

/** How many values {@link least} would make, without making them. */
function sizeOf(field: Field): number {
  if (field.preset !== undefined) return countOf(field.preset);
  switch (field.kind) {
    case "group":
      return wantedOf(field).reduce((sum, { field }) => sum + sizeOf(field), 1);
    case "list":
      return field.min > 0 ? 1 + field.min * sizeOf(field.item) : 1;
    default:
      return 1;
  }
}

/** How many values there are in one, itself among them; it is not counted much beyond the most. */
function countOf(value: unknown): number {
  const left = [value];
  let count = 0;
  for (let one = left.pop(); count <= MAX_DRAWN; one = left.pop()) {
    count++;
    if (typeof one === "object" && one !== null) {
      left.push(...Object.values(one).slice(0, MAX_DRAWN));
    }
    if (left.length === 0) break;
  }
  return count;
}

/** A member of an object; `undefined` where it has none of its own by that name. */
export function memberOf(members: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** The object with one member changed, or without it where the value is `undefined`. */
export function withMember(
  value: unknown,
  name: string,
  member: unknown,
): Readonly<Record<string, unknown>> {
  const entries = new Map(Object.entries(isObject(value) ? value : {}));
  if (member === undefined) entries.delete(name);
  else entries.set(name, member);
  return Object.fromEntries(entries);
}

/** The array with one item changed. */
export function withItem(value: readonly unknown[], at: number, item: unknown): unknown[] {
  return value.map((old, index) => index === at ? item : old);
}

/** Whether a form can show the value without losing any of it; if not, it is edited as JSON. */
export function fits(field: Field, value: unknown): boolean {
  return field.kind === "json" || (countOf(value) <= MAX_DRAWN && isOfKind(field, value));
}

function isOfKind(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case "group":
      return isObject(value) &&
        Object.entries(value).every(([name, member]) => fitsMember(field, name, member));
    case "list":
      return Array.isArray(value) && value.every((item) => isOfKind(field.item, item));
    case "many":
      return isTexts(value) && value.every((text) => field.choices.includes(text));
    case "lines":
      return isTexts(value) && value.every((text) => !/[\r\n]/.test(text));
    case "choice":
      return field.choices.some((choice) => choice === value);
    case "text":
      return typeof value === "string" && (field.long || !/[\r\n]/.test(value));
    case "number":
      return typeof value === "number";
    case "switch":
      return typeof value === "boolean";
    case "json":
      return true;
  }
}

function fitsMember({ fields }: GroupField, name: string, member: unknown): boolean {
  const known = fields.find((field) => field.name === name);
  return known !== undefined && isOfKind(known.field, member);
}

/** Whether a value is an array of nothing but texts. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** The lines of a text that say something, without the space around them. */
export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/** A text read as JSON, or why it is none. */
export function readJson(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: text.trim() === "" ? null : JSON.parse(text) };
  } catch (thrown) {
    return { problem: thrown instanceof Error ? thrown.message : "This is not JSON." };
  }
}
