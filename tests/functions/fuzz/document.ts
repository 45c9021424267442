import ajvFormats from "ajv-formats";
import { Ajv2020, type ValidateFunction } from "ajv/2020";
import * as z from "zod";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

const Schema = z.record(z.string(), z.unknown());
/** A JSON Schema of the document. */
export type Schema = z.infer<typeof Schema>;

const Content = z.record(z.string(), z.object({ schema: Schema.optional() }));
const Reference = z.object({ $ref: z.string() });
const Response = z.object({
  headers: z.record(z.string(), Reference).optional(),
  content: Content.optional(),
});
const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean().default(false),
  schema: Schema,
});
/** A parameter of an operation. */
export type Parameter = z.infer<typeof Parameter>;

const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(Parameter).default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.union([Reference, Response])),
});
const Document = z.looseObject({
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), Operation)),
});

/** A route, as the document describes it. */
export interface Operation {
  id: string;
  method: string;
  /** With its parameters in braces. */
  path: string;
  parameters: readonly Parameter[];
  body: Schema | undefined;
}

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** The OpenAPI document, read by nothing that wrote it. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  readonly #document: z.infer<typeof Document>;
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(json: unknown) {
    this.#document = Document.parse(json);
    this.#ajv = new Ajv2020({ strict: false, allErrors: false });
    ajvFormats.default(this.#ajv);
    this.#ajv.addSchema(this.#document, "document");
    this.operations = Object.entries(this.#document.paths).flatMap(([path, operations]) =>
      METHODS.flatMap((method) => {
        const operation = operations[method];
        return operation === undefined ? [] : [{
          id: operation.operationId,
          method: method.toUpperCase(),
          path,
          parameters: operation.parameters,
          body: operation.requestBody?.content["application/json"]?.schema,
        }];
      })
    );
  }

  /** What a reference such as `#/components/schemas/Agent` stands for. */
  resolve(reference: string): Schema {
    return Schema.parse(this.#find(reference));
  }

  /** What is wrong with an answer by the document, or undefined. */
  violation({ path, method }: Operation, answer: Answer): string | undefined {
    const found = this.#responseAt(path, method, String(answer.status));
    if (found === undefined) return `the status ${answer.status} is not documented`;
    const { response, pointer } = found;
    return this.#wrongHeader(response.headers ?? {}, answer) ??
      this.#wrongBody(response.content, pointer, answer);
  }

  #responseAt(path: string, method: string, status: string) {
    const here = pointerOf("paths", path, method.toLowerCase(), "responses", status);
    const raw = this.#find(here);
    if (raw === undefined) return undefined;
    const reference = Reference.safeParse(raw);
    const pointer = reference.success ? reference.data.$ref : here;
    return { response: Response.parse(this.#find(pointer)), pointer };
  }

  #wrongHeader(headers: Record<string, { $ref: string }>, answer: Answer): string | undefined {
    for (const [name, { $ref }] of Object.entries(headers)) {
      const value = answer.headers.get(name);
      const errors = value === null ? undefined : this.#errors(`${$ref}/schema`, value);
      if (errors !== undefined) return `the header ${name} is ${value}: ${errors}`;
    }
    if (answer.headers.get("x-request-id") === null) return "there is no x-request-id";
    if (answer.status === 429 && answer.headers.get("retry-after") === null) {
      return "there is no retry-after";
    }
    return undefined;
  }

  #wrongBody(
    content: z.infer<typeof Content> | undefined,
    pointer: string,
    answer: Answer,
  ): string | undefined {
    if (content === undefined) return answer.text === "" ? undefined : "there is a body";
    const type = answer.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
    if (!Object.hasOwn(content, type)) return `the media type ${type} is not documented`;
    if (!/json$/.test(type) || /ndjson$/.test(type)) return undefined;
    const value = parse(answer.text);
    if (value === undefined) return "the body is not JSON";
    return this.#errors(`${pointer}${pointerOf("content", type, "schema").slice(1)}`, value);
  }

  #errors(pointer: string, value: unknown): string | undefined {
    const validate = this.#compiled.get(pointer) ??
      this.#ajv.compile({ $ref: `document${encodeURI(pointer)}` });
    this.#compiled.set(pointer, validate);
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  #find(pointer: string): unknown {
    let at: unknown = this.#document;
    for (const step of pointer.slice(2).split("/")) {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      at = Schema.safeParse(at).data?.[name];
    }
    return at;
  }
}

function pointerOf(...steps: string[]): string {
  return `#/${steps.map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
