import * as z from "zod";
import type { Egress, EgressResponse } from "./egress/egress.ts";
import { ToolRefusal } from "./policy/refusal.ts";
import { clean } from "./untrusted/clean.ts";

/** A service that tools are built on: where it is, and what lets us in. */
export interface Upstream {
  /** As messages name it. */
  name: string;
  /** Absolute, without a slash at the end. Nothing is asked of any other origin. */
  url: string;
  /** Sent with each request. */
  headers: Readonly<Record<string, string>>;
  /** What no answer may show: the values in `headers` that are secret. */
  secrets: readonly string[];
}

/** One question to a service. */
export interface Question {
  method: "GET" | "POST";
  /** Below the service's address; each part of it escaped. */
  path: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  timeoutMs: number;
  /** Of the answer. */
  maxBytes: number;
  /** Whether an answer that points elsewhere is an answer. It is a failure by default. */
  redirect?: "manual";
}

/** What can be asked, and with what. */
export interface Asking {
  egress: Egress;
  upstream: Upstream;
  signal: AbortSignal;
}

/**
 * Asks a service. Throws {@link ToolRefusal} `timed_out` or `upstream_failed`; an answer that is an
 * error is an answer here. The key goes to the service's own origin and nowhere else.
 */
export async function ask(
  { egress, upstream, signal }: Asking,
  question: Question,
): Promise<EgressResponse> {
  const { origin } = new URL(upstream.url);
  const url = new URL(upstream.url + question.path);
  for (const [name, value] of Object.entries(question.query ?? {})) {
    url.searchParams.set(name, value);
  }
  const { method, body, headers, timeoutMs, maxBytes, redirect = "error" } = question;
  const permit = (hop: { url: URL }) => {
    if (hop.url.origin === origin) return { headers: upstream.headers, secrets: upstream.secrets };
    throw new ToolRefusal("host_denied", "A service may not point elsewhere.");
  };
  try {
    return await egress.send(
      {
        url: url.href,
        method,
        headers: { accept: "application/json", ...headers, ...(body !== undefined && JSON_BODY) },
        ...(body !== undefined && { body: new TextEncoder().encode(JSON.stringify(body)) }),
      },
      { permit, redirect, timeoutMs, maxBytes },
      signal,
    );
  } catch (thrown) {
    throw failure(upstream, thrown);
  }
}

const JSON_BODY = { "content-type": "application/json" };

/** Reads an answer that must be JSON of a shape. Throws `timed_out` or `upstream_failed`. */
export async function readJson<Schema extends z.ZodType>(
  upstream: Upstream,
  response: EgressResponse,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await readText(upstream, response);
  const json = parseJson(response, text);
  const parsed = json && schema.safeParse(json.value);
  if (parsed?.success) return parsed.data;
  const why = parsed ? z.prettifyError(parsed.error) : "it is no JSON, or does not say so";
  const cause = new Error(why.slice(0, 500));
  const message = `${upstream.name} answered what nobody can read.`;
  throw new ToolRefusal("upstream_failed", message, { cause, ...response.moved() });
}

/** Undefined where the answer does not say that it is JSON, or is none. */
function parseJson({ headers }: EgressResponse, text: string): { value: unknown } | undefined {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(headers["content-type"] ?? "")) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Reads an answer as text. Throws `timed_out` or `upstream_failed`. */
export async function readText(upstream: Upstream, response: EgressResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunksOf(upstream, response)) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The bytes of an answer as they come. Throws `timed_out` or `upstream_failed`. */
export async function* chunksOf(
  upstream: Upstream,
  { body }: EgressResponse,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* body;
  } catch (thrown) {
    throw failure(upstream, thrown);
  }
}

const ErrorBody = z.object({
  error: z.object({ message: z.string() }).optional(),
  message: z.string().optional(),
});

/**
 * What an answer that is an error comes to. A service's own words are told where they are about
 * the question, and not where they may be about our key.
 */
export async function refusalOf(
  upstream: Upstream,
  response: EgressResponse,
): Promise<ToolRefusal> {
  const { status } = response;
  const sentence = `${upstream.name} answered ${status}`;
  const said = await explanation(upstream, response);
  return new ToolRefusal(
    "upstream_failed",
    said === undefined ? `${sentence}.` : `${sentence}: ${said}`,
    response.moved(),
  );
}

async function explanation(
  upstream: Upstream,
  response: EgressResponse,
): Promise<string | undefined> {
  if (![400, 404, 413, 422].includes(response.status)) {
    await response.body.cancel();
    return undefined;
  }
  try {
    const { error, message } = await readJson(upstream, response, ErrorBody);
    const said = error?.message ?? message;
    return said === undefined ? undefined : clean(said).text.slice(0, 200);
  } catch (thrown) {
    if (thrown instanceof ToolRefusal) return undefined;
    throw thrown;
  }
}

/** A refusal of the way out, as a program that only knows the service hears it. */
function failure({ name }: Upstream, thrown: unknown): unknown {
  if (!(thrown instanceof ToolRefusal) || thrown.code === "run_ended") return thrown;
  const options = { cause: thrown, ...thrown.until };
  if (thrown.code === "timed_out") {
    return new ToolRefusal("timed_out", `${name} did not answer in time.`, options);
  }
  if (thrown.code === "result_too_large") {
    return new ToolRefusal("upstream_failed", `${name} answered more than was asked for.`, options);
  }
  return new ToolRefusal("upstream_failed", `${name} cannot be reached.`, options);
}
