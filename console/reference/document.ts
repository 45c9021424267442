/** A JSON object of the document: its fields are looked at before they are used. */
export type Json = Readonly<Record<string, unknown>>;

/** One route. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Media types and schemas of the body; none where a route takes no body. */
  readonly body: readonly Content[];
  readonly answers: readonly Answer[];
}

/** What stands in the path, the query or a header. */
export interface Parameter {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: Json;
}

/** One way to spell a body. */
export interface Content {
  readonly type: string;
  readonly schema: Json;
}

/** What may come back: a success with its content, or refusals by their codes. */
export interface Answer {
  readonly status: string;
  readonly description: string;
  readonly content: readonly Content[];
}

/** The whole document, as far as it is shown. */
export interface Reference {
  readonly version: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly operations: readonly Operation[];
  readonly schemas: readonly { readonly name: string; readonly schema: Json }[];
}

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Fetches the document of a project and reads it. Rejects where there is none. */
export async function loadReference(project: string): Promise<Reference> {
  const response = await fetch(`${project}/functions/v1/agents/openapi.json`);
  if (!response.ok) throw new Error(`The project answers ${response.status}.`);
  return readReference(await response.json());
}

/** Reads a document; what is not as expected is left out. */
export function readReference(json: unknown): Reference {
  const document = object(json);
  const components = object(document.components);
  const responses = object(components.responses);
  return {
    version: text(object(document.info).version),
    tags: list(document.tags).map(object)
      .map(({ name, description }) => ({ name: text(name), description: text(description) })),
    operations: Object.entries(object(document.paths)).flatMap(([path, operations]) =>
      METHODS.filter((method) => Object.hasOwn(object(operations), method))
        .map((method) => readOperation(method, path, object(object(operations)[method]), responses))
    ),
    schemas: Object.entries(object(components.schemas))
      .map(([name, schema]) => ({ name, schema: object(schema) })),
  };
}

function readOperation(method: string, path: string, operation: Json, shared: Json): Operation {
  return {
    id: text(operation.operationId),
    method: method.toUpperCase(),
    path,
    tag: text(list(operation.tags)[0]),
    summary: text(operation.summary),
    description: text(operation.description),
    parameters: list(operation.parameters).map(object).map((parameter) => ({
      name: text(parameter.name),
      place: text(parameter.in),
      required: parameter.required === true,
      description: text(parameter.description),
      schema: object(parameter.schema),
    })),
    body: contentOf(object(operation.requestBody)),
    answers: Object.entries(object(operation.responses)).map(([status, response]) => {
      const named = nameOf(text(object(response).$ref));
      const found = object(named === "" ? response : shared[named]);
      const isRefusal = named !== "";
      return {
        status,
        description: text(found.description),
        content: isRefusal ? [] : contentOf(found),
      };
    }),
  };
}

function contentOf({ content }: Json): Content[] {
  return Object.entries(object(content))
    .map(([type, media]) => ({ type, schema: object(object(media).schema) }));
}

/** The last part of a reference. */
export function nameOf(reference: string): string {
  return reference.split("/").at(-1) ?? "";
}

/** A value as an object: an empty one, if it is none. */
export function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** A value as a list: an empty one, if it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as a text: an empty one, if it is none. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
