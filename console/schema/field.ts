import { shown, visible } from "../ui/visible.ts";

/** What every field of a form is told beside its kind. */
interface Common {
  readonly label: string;
  readonly help: string | undefined;
  /** What the field begins with; `undefined` where the schema says nothing. */
  readonly preset: unknown;
}

/** A value of one of a few. */
export interface ChoiceField extends Common {
  readonly kind: "choice";
  readonly choices: readonly (string | number | boolean | null)[];
}

/** A text, of one line or of more. */
export interface TextField extends Common {
  readonly kind: "text";
  readonly long: boolean;
  readonly input: "text" | "email" | "url" | "date";
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
}

/** A number; `step` is 1 for whole ones and `any` for others. */
export interface NumberField extends Common {
  readonly kind: "number";
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly step: number | "any";
}

/** An object whose properties are known. */
export interface GroupField extends Common {
  readonly kind: "group";
  readonly fields: readonly { name: string; required: boolean; field: Field }[];
}

/** An array whose items are all of one kind. */
export interface ListField extends Common {
  readonly kind: "list";
  readonly item: Field;
  readonly min: number;
  readonly max: number;
}

/** A field that a JSON schema asks for. What a form cannot ask for is typed as JSON. */
export type Field =
  | ChoiceField
  | TextField
  | NumberField
  | GroupField
  | ListField
  | Common & { readonly kind: "switch" }
  | Common & { readonly kind: "many"; readonly choices: readonly string[] }
  | Common & { readonly kind: "lines" }
  | Common & { readonly kind: "json" };

/** From so many characters on a text is given more than one line. */
const LONG_TEXT = 250;
const MAX_ITEMS = 1_000;
/** Words that are not written as they are in a property's name. */
const SPELT: ReadonlyMap<string, string> = new Map([
  ["api", "API"],
  ["cpu", "CPU"],
  ["csv", "CSV"],
  ["github", "GitHub"],
  ["id", "ID"],
  ["json", "JSON"],
  ["llm", "LLM"],
  ["ms", "(ms)"],
  ["url", "URL"],
]);
const INPUTS = new Map([["email", "email"], ["uri", "url"], ["date", "date"]] as const);

/** The form for a schema, however strange it is: what is not understood becomes a field of JSON. */
export function fieldOf(schema: unknown, name = ""): Field {
  const node = isObject(schema) ? schema : {};
  const common = {
    label: shown(textOf(node.title) ?? labelOf(name)),
    help: shown(textOf(node.description)),
    preset: node.default,
  };
  return choiceOf(node, common) ?? byType(node, common) ?? { ...common, kind: "json" };
}

function choiceOf(node: Node, common: Common): Field | undefined {
  const given = node.const === undefined ? node.enum : [node.const];
  const choices = Array.isArray(given) ? given.filter(isScalar) : [];
  return choices.length > 0 ? { ...common, kind: "choice", choices } : undefined;
}

function byType(node: Node, common: Common): Field | undefined {
  switch (node.type) {
    case "string":
      return textField(node, common);
    case "integer":
    case "number":
      return {
        ...common,
        kind: "number",
        min: numberOf(node.minimum),
        max: numberOf(node.maximum),
        step: node.type === "integer" ? 1 : "any",
      };
    case "boolean":
      return { ...common, kind: "switch" };
    case "array":
      return listField(node, common);
    case "object":
      return groupField(node, common);
    default:
      return undefined;
  }
}

function textField(node: Node, common: Common): Field {
  const maxLength = numberOf(node.maxLength);
  const input = typeof node.format === "string" ? inputFor(node.format) : "text";
  const long = input === "text" && node.format === undefined && node.pattern === undefined &&
    (maxLength ?? 0) >= LONG_TEXT;
  const minLength = numberOf(node.minLength);
  return { ...common, kind: "text", long, input, minLength, maxLength };
}

function inputFor(format: string): TextField["input"] {
  for (const [name, input] of INPUTS) if (name === format) return input;
  return "text";
}

function listField(node: Node, common: Common): Field {
  if (node.items === undefined) return { ...common, kind: "json" };
  const item = fieldOf(node.items);
  if (item.kind === "choice") {
    const choices = item.choices.filter((choice) => typeof choice === "string");
    if (choices.length === item.choices.length) return { ...common, kind: "many", choices };
  }
  if (item.kind === "text" && !item.long) return { ...common, kind: "lines" };
  const [min, max] = [numberOf(node.minItems) ?? 0, numberOf(node.maxItems) ?? MAX_ITEMS];
  return { ...common, kind: "list", item, min, max };
}

function groupField(node: Node, common: Common): Field {
  if (!isObject(node.properties)) return { ...common, kind: "json" };
  const required = Array.isArray(node.required) ? node.required : [];
  const fields = Object.entries(node.properties).map(([name, schema]) => {
    return { name, required: required.includes(name), field: fieldOf(schema, name) };
  });
  return { ...common, kind: "group", fields };
}

type Node = Readonly<Record<string, unknown>>;

/** Whether a value is an object with named members, and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is ChoiceField["choices"][number] {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? visible(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function labelOf(name: string): string {
  const words = name.split(/[_$.-]+/).filter((word) => word !== "")
    .map((word) => SPELT.get(word.toLowerCase()) ?? word).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
