import { Fault, isFaultCode } from "../../_shared/fault.ts";
import { FORWARDED_HEADER } from "../../_shared/forwarding.ts";
import type { Call } from "../../_shared/route.ts";
import { Problem } from "../../_shared/schema.ts";

/** A request to another of our functions, `/functions/v1` in front of the path left out. */
export interface Question {
  method: "GET" | "POST";
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/**
 * Asks another of our functions as the caller, with the caller's own credential: it admits, charges
 * and checks like for anybody. Answers its JSON; throws the fault that it answered.
 */
export type Ask = (question: Question) => Promise<unknown>;

const TIMEOUT_MS = 30_000;

/** How a call's siblings are asked. `functionsUrl` has no slash at its end. */
export function askAs(call: Call, functionsUrl: string, fetcher: typeof fetch = fetch): Ask {
  return async ({ method, path, query = {}, body, headers }) => {
    const url = new URL(functionsUrl + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await fetcher(url, {
      method,
      headers: { ...await ownHeaders(call), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: "manual",
      // Not the caller's signal: whoever starts something must hear what has become of it.
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause) => {
      throw new Fault("internal", undefined, { cause });
    });
    return await read(response);
  };
}

async function ownHeaders(call: Call): Promise<Record<string, string>> {
  const { context, requestId, platform } = call;
  const authorization = call.header("authorization") ?? "";
  return {
    authorization,
    accept: "application/json",
    "content-type": "application/json",
    "x-request-id": requestId,
    [FORWARDED_HEADER]: await platform.forwarding.mark(context, authorization),
    ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
  };
}

async function read(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body;
  const { data: problem } = Problem.safeParse(body);
  if (problem === undefined || !isFaultCode(problem.code)) {
    const cause = new Error(`a function answered ${response.status}`);
    throw new Fault("internal", undefined, { cause });
  }
  const { code, detail, errors = [], retry_after: retryAfter } = problem;
  throw new Fault(code, detail, {
    items: errors.map(({ code, message, path }) => ({ code, message, ...(path && { path }) })),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}
