import type { FaultCode } from "../../supabase/functions/_shared/fault.ts";
import type { Spec } from "../../supabase/functions/_shared/route.ts";
import { Problem } from "../../supabase/functions/_shared/schema.ts";
import { commonFaults, faultsOf } from "./faults.ts";
import { type Json, type Schemas, sorted } from "./schemas.ts";

/** The headers of answers, as components. */
export const HEADERS = {
  "Access-Control-Allow-Origin": header("Which origin's scripts may read the answer.", 2_000),
  "RateLimit": header(
    'What is left of each budget that was paid from: `"read";r=599;t=42` (IETF draft). Absent ' +
      "where nobody is known, and where the limiter could not be asked.",
    500,
  ),
  "RateLimit-Policy": header('Those budgets: `"read";q=600;w=60`.', 500),
  "Retry-After": header("Seconds until another try can succeed.", 10),
  "X-Request-Id": header("The id of the request, as logs have it.", 64),
};

function header(description: string, maxLength: number): Json {
  return { description, schema: { type: "string", pattern: "^[\\x20-\\x7e]*$", maxLength } };
}

/** The responses of routes; refusals that several routes share become components. */
export class Responses {
  readonly #shared: Json = {};

  constructor(readonly schemas: Schemas) {}

  /** The shared responses, by name. */
  components(): Json {
    return sorted(this.#shared);
  }

  /** What a route may answer, by status. */
  of(spec: Spec): Json {
    const refusals = [...faultsOf(spec)].map(([status, codes]) => [
      status,
      this.#refusal(status, codes),
    ]);
    return { ...this.#success(spec), ...Object.fromEntries(refusals) };
  }

  #success(spec: Spec): Json {
    const status = spec.status ?? 200;
    const content = this.#content(spec);
    if (content === undefined) return { [status]: { description: "Done", headers: headersOf() } };
    const stream = spec.streams && {
      "text/event-stream": { schema: { description: "Server-sent events: see docs/runs.md" } },
    };
    const success = {
      description: "Success",
      headers: headersOf(),
      content: { ...content, ...stream },
    };
    return {
      [status]: success,
      ...(spec.defers && { 202: { ...success, description: "It goes on", content } }),
    };
  }

  #content({ reply, media }: Spec): Json | undefined {
    if (media !== undefined) return Object.fromEntries(media.map((type) => [type, { schema: {} }]));
    if (reply === undefined) return undefined;
    return { "application/json": { schema: this.schemas.reference(reply, "output") } };
  }

  #refusal(status: number, codes: readonly FaultCode[]): Json {
    const isCommon = codes.join() === commonFaults(status).join();
    const name = isCommon ? `Fault${status}` : `Fault${status}_${codes.join("_")}`;
    this.#shared[name] ??= {
      description: codes.join(", "),
      headers: headersOf(...(status === 429 || status === 503 ? ["Retry-After" as const] : [])),
      content: { "application/problem+json": { schema: this.#problem(status, codes) } },
    };
    return { $ref: `#/components/responses/${name}` };
  }

  #problem(status: number, codes: readonly FaultCode[]): Json {
    const said = {
      type: "object",
      properties: { status: { const: status }, code: { enum: codes } },
    };
    return { allOf: [this.schemas.reference(Problem, "output"), said] };
  }
}

function headersOf(...more: (keyof typeof HEADERS)[]): Json {
  const names = [
    "Access-Control-Allow-Origin",
    "RateLimit",
    "RateLimit-Policy",
    ...more,
    "X-Request-Id",
  ];
  return Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}
