import type { Context } from "hono";
import * as z from "zod";
import type { AppEnv } from "./app.ts";
import { Fault } from "./fault.ts";
import { Suspicious } from "./headers.ts";
import { isShallow, MAX_JSON_DEPTH } from "./sandbox/depth.ts";

/**
 * The parts of a request that a route can ask for. Parts it does not name are not read. `body` is
 * JSON; `bytes` is a body as it came, of whatever media type, as {@link Bytes}.
 */
export type Accept = z.ZodObject<
  { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType; bytes?: z.ZodType }
>;

/** A body that is taken as it comes. */
export const Bytes = z.instanceof(Uint8Array);

const MAX_BODY_BYTES = 1024 * 1024;
/** Of a body as it comes, in bytes. */
export const MAX_RAW_BYTES = 16 * 1024 * 1024;

/**
 * What a route asked for of a request, parsed; throws what is wrong with it. A body that is taken as
 * it comes may have `maxBytes`.
 */
export async function readInput<A extends Accept>(
  c: Context<AppEnv>,
  accept: A,
  maxBytes: number = MAX_RAW_BYTES,
): Promise<z.output<A>> {
  return parse(accept, {
    params: c.req.param(),
    query: c.req.query(),
    body: accept.shape.body && (await readJson(c.req.raw)),
    bytes: accept.shape.bytes && (await readRaw(c.req.raw, maxBytes)),
  });
}

function parse<A extends Accept>(accept: A, input: unknown): z.output<A> {
  const parsed = accept.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refusalOf(parsed.error.issues, input);
}

function refusalOf(issues: readonly z.core.$ZodIssue[], input: unknown): Fault {
  const items = issues.slice(0, 50).map(({ code, message, path }) => ({
    code,
    message,
    path: path.slice(1).join("."),
  }));
  const [part] = issues[0]?.path ?? [];
  const detail = `The ${String(part === "params" ? "path" : part)} is not as documented.`;
  if (issues.some(({ path }) => hasNull(input, path))) {
    return new Suspicious("null_byte", "invalid_request", detail, { items });
  }
  return new Fault("invalid_request", detail, { items });
}

/** Whether the text that an issue is about has a null character: no honest one does. */
function hasNull(input: unknown, path: readonly PropertyKey[]): boolean {
  let at = input;
  for (const step of path) {
    if (typeof at !== "object" || at === null) return false;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return typeof at === "string" && at.includes("\0");
}

async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new Fault("unsupported_media_type");
  const bytes = await readBytes(request, MAX_BODY_BYTES);
  const { text, value } = parseJson(bytes);
  if (isShallow(text)) return value;
  throw new Fault("invalid_request", `A body may nest ${MAX_JSON_DEPTH} levels.`);
}

/**
 * What a body that came as bytes holds as JSON: for reports that are larger than a caller's body may
 * be. Throws what is wrong with it, as {@link readInput} does.
 */
export function jsonOf<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
): z.output<Schema> {
  const { text, value } = parseJson(bytes);
  if (!isShallow(text)) {
    throw new Fault("invalid_request", `A body may nest ${MAX_JSON_DEPTH} levels.`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ["body", ...issue.path] }));
  throw refusalOf(issues, { body: value });
}

/** A form is an envelope around files: its bytes are not what anybody means to send. */
async function readRaw(request: Request, maxBytes: number): Promise<Uint8Array> {
  const type = request.headers.get("content-type") ?? "";
  if (/^multipart\//i.test(type)) {
    throw new Fault("unsupported_media_type", "The body must be the content itself, no form.");
  }
  return new Uint8Array(await readBytes(request, maxBytes));
}

function readBytes(request: Request, most: number): Promise<ArrayBuffer> {
  return new Response(request.body?.pipeThrough(counted(most))).arrayBuffer();
}

function parseJson(bytes: ArrayBuffer | Uint8Array): { text: string; value: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw new Fault("invalid_json", undefined, { cause });
  }
}

/** Counts a body while it arrives: a `content-length` is only what the caller claims. */
function counted(most: number): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.length;
      if (size <= most) return controller.enqueue(chunk);
      throw new Fault("body_too_large", `A body may have ${most} bytes.`);
    },
  });
}
