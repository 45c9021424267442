/**
 * The SDK's types of the wire, made from the OpenAPI document: plain ones, without a helper that a
 * reader of a hover text would have to follow. What callers send and what they get differ where a
 * default fills in; such a schema becomes two types.
 */
import * as z from "zod";
import { FAULTS } from "../supabase/functions/_shared/fault.ts";
import type { Direction, Json } from "./openapi/schemas.ts";

const Base = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  required: z.array(z.string()).default([]),
});
interface Node extends z.infer<typeof Base> {
  const?: unknown;
  items?: Node | undefined;
  anyOf?: Node[] | undefined;
  properties?: Record<string, Node> | undefined;
  additionalProperties?: Node | boolean | undefined;
}
const Node: z.ZodType<Node> = Base.extend({
  get items() {
    return Node.optional();
  },
  get anyOf() {
    return z.array(Node).optional();
  },
  get oneOf() {
    return z.array(Node).optional();
  },
  get properties() {
    return z.record(z.string(), Node).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), Node]).optional();
  },
}).transform(({ oneOf, ...node }) => ({ ...node, anyOf: node.anyOf ?? oneOf }));

const Content = z.record(z.string(), z.object({ schema: Node })).default({});
const Operation = z.object({
  summary: z.string(),
  security: z.array(z.record(z.string(), z.unknown())),
  parameters: z.array(z.object({
    name: z.string(),
    in: z.enum(["path", "query", "header"]),
    required: z.boolean().default(false),
    description: z.string().optional(),
    schema: Node,
  })),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: Content })),
});
type Operation = z.infer<typeof Operation>;

const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), Node) }),
});

const HEAD = `/**
 * What the wire carries, and every route that users and their programs may call. \`deno task gen\`
 * writes this file from the OpenAPI document; nobody else does.
 *
 * @module
 */

/** One page of a list; \`next_cursor\` is null on the last one. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** Bytes as they are sent. */
export type Bytes = Blob | ArrayBuffer | Uint8Array | string;
`;

/** The text of \`sdk/wire.ts\` for an OpenAPI document of ours. */
export function describeWire(api: Json): string {
  const { paths, components } = Document.parse(api);
  const types = new Types(components.schemas);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    }))
  ).filter(({ operation }) => !isForMachines(operation));
  for (const each of operations) replyOf(each, types);
  const json = operations.filter(({ operation }) => !isRaw(operation));
  const raw = operations.filter(({ operation }) => isRaw(operation));
  return [
    HEAD,
    `${
      doc("A stable code of a refusal: docs/errors.md says what each means.")
    }export type FaultCode = ${Object.keys(FAULTS).map(quote).join(" | ")};\n`,
    doc("Routes that answer JSON: method, then path.") + routes("Routes", json, types),
    doc("Routes that answer bytes: method, then path.") + routes("RawRoutes", raw, types),
    ...types.declarations(),
  ].join("\n");
}

interface Described {
  path: string;
  method: string;
  operation: Operation;
}

/** The clock, the runners and what runs have programs of their own. */
function isForMachines({ security }: Operation): boolean {
  return security.some((scheme) => ["clock", "runner", "run"].some((name) => name in scheme));
}

function contentOf({ responses }: Operation): z.infer<typeof Content> {
  return Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1].content ?? {};
}

function isRaw(operation: Operation): boolean {
  const media = Object.keys(contentOf(operation));
  return media.length > 0 && (media.length > 1 || !media.includes("application/json")) &&
    !media.includes("text/event-stream");
}

function routes(name: string, all: readonly Described[], types: Types): string {
  const byMethod = Map.groupBy(all, ({ method }) => method);
  const methods = [...byMethod].map(([method, operations]) =>
    `${method}: {\n${operations.map((each) => routeOf(each, types)).join("\n")}\n};`
  );
  return `export interface ${name} {\n${methods.join("\n")}\n}\n`;
}

function routeOf(route: Described, types: Types): string {
  const { path, method, operation } = route;
  const where = `\`${method} ${path}\``;
  const part = (place: string) => {
    const found = operation.parameters.filter((parameter) => parameter.in === place);
    if (found.length === 0) return undefined;
    const properties = Object.fromEntries(found.map(({ name, description, schema }) => [
      name,
      { ...schema, ...(description !== undefined && { description }) },
    ]));
    const required = found.filter(({ required }) => required).map(({ name }) => name);
    return types.text({ type: "object", properties, required }, "input", where);
  };
  const [body] = Object.values(operation.requestBody?.content ?? {});
  const parts = {
    params: part("path"),
    query: part("query"),
    headers: part("header"),
    body: body && types.text(body.schema, "input", `What ${where} takes.`),
    reply: isRaw(operation) ? undefined : replyOf(route, types),
  };
  const fields = Object.entries(parts).flatMap(([key, text]) =>
    text === undefined ? [] : [`${key}${isOptional(text) ? "?" : ""}: ${text};`]
  );
  const shape = fields.length === 0 ? "Record<never, never>" : `{\n${fields.join("\n")}\n}`;
  return `${doc(sentence(operation.summary))}${quote(path)}: ${shape};`;
}

function replyOf({ path, method, operation }: Described, types: Types): string {
  const reply = contentOf(operation)["application/json"]?.schema;
  return reply === undefined
    ? "void"
    : types.text(reply, "output", `What \`${method} ${path}\` answers.`);
}

/** Whether nothing in an object type has to be given. */
function isOptional(text: string): boolean {
  return text.startsWith("{") && !/^\s*(?:"[^"]+"|\w+): /m.test(text);
}

/** The types of schemas; those with names are collected, to be declared. */
class Types {
  readonly #declared = new Map<string, string>();
  /** Schemas of what callers get: they are looked at before those of what is sent. */
  readonly answered = new Set<string>();

  constructor(readonly schemas: Record<string, Node>) {}

  declarations(): string[] {
    return [...this.#declared].sort(([a], [b]) => a < b ? -1 : 1).map(([, text]) => text);
  }

  /** `use` says what a schema without a description of its own is there for. */
  text(node: Node, direction: Direction, use: string): string {
    const { $ref, type, anyOf, items } = node;
    if ($ref !== undefined) return this.#reference(nameOf($ref), direction, use);
    if (node.const !== undefined) return quote(node.const);
    if (node.enum) return node.enum.map(quote).join(" | ");
    if (anyOf) return anyOf.map((each) => this.text(each, direction, use)).join(" | ");
    if (type === "array") return arrayOf(items ? this.text(items, direction, use) : "unknown");
    if (type === "object") return this.#object(node, direction, use);
    if (node.format === "binary") return "Bytes";
    return [type ?? "unknown"].flat().map(nameOfType).join(" | ");
  }

  #object(node: Node, direction: Direction, use: string): string {
    const { properties = {}, additionalProperties: rest } = node;
    const names = Object.keys(properties);
    if (names.join() === "data,next_cursor" && properties.data?.items) {
      return `Page<${this.text(properties.data.items, direction, use)}>`;
    }
    const others = typeof rest === "object" ? this.text(rest, direction, use) : "unknown";
    if (names.length === 0) {
      return rest === false ? "Record<never, never>" : `Record<string, ${others}>`;
    }
    const fields = Object.entries(properties).map(([name, property]) => {
      const isNeeded = node.required.includes(name) &&
        !(direction === "input" && "default" in property);
      const text = this.text(property, direction, use);
      const value = isNeeded || direction === "output" ? text : `${text} | undefined`;
      const key = /^[a-z_]\w*$/i.test(name) ? name : quote(name);
      return `${doc(property.description)}${key}${isNeeded ? "" : "?"}: ${value};`;
    });
    if (typeof rest === "object") fields.push(`[key: string]: ${others};`);
    return `{\n${fields.join("\n")}\n}`;
  }

  #reference(name: string, direction: Direction, use: string): string {
    const node = this.schemas[name];
    if (!node) throw new Error(`There is no schema ${name}`);
    const differs = direction === "input" && this.answered.has(name) &&
      this.#hasDefaults(node, new Set());
    const own = differs ? `${name}Input` : name;
    if (direction === "output") this.answered.add(name);
    if (!this.#declared.has(own)) {
      this.#declared.set(own, "");
      this.#declared.set(own, this.#declare(own, node, direction, use));
    }
    return own;
  }

  #declare(name: string, node: Node, direction: Direction, use: string): string {
    const text = this.text(node, direction, `Part of ${name}.`);
    const head = doc(node.description ? sentence(node.description) : use);
    const isShape = node.type === "object" && text.startsWith("{");
    return `${head}export ${isShape ? `interface ${name} ${text}` : `type ${name} = ${text};`}\n`;
  }

  /** Whether callers may leave out something that they are answered. */
  #hasDefaults(node: Node, seen: Set<string>): boolean {
    if (node.$ref !== undefined) {
      const name = nameOf(node.$ref);
      const found = this.schemas[name];
      if (seen.has(name) || !found) return false;
      return this.#hasDefaults(found, seen.add(name));
    }
    const { properties = {}, additionalProperties: rest, items, anyOf = [] } = node;
    const inner = [...Object.values(properties), ...anyOf, ...(items ? [items] : [])];
    if (typeof rest === "object") inner.push(rest);
    return Object.values(properties).some((property) => "default" in property) ||
      inner.some((each) => this.#hasDefaults(each, seen));
  }
}

function nameOfType(type: string): string {
  return type === "integer" ? "number" : type;
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

function arrayOf(text: string): string {
  return text.includes(" | ") && !text.startsWith("{") ? `(${text})[]` : `${text}[]`;
}

function quote(value: unknown): string {
  return JSON.stringify(value);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function doc(text: string | undefined): string {
  return text === undefined ? "" : `/** ${text.replaceAll("*/", "*\\/")} */\n`;
}
