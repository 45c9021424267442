import { createClient, type PostgrestError, type SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database.types.ts";
import type { Env } from "./env.ts";
import { Fault, type FaultCode, isFaultCode } from "./fault.ts";

/** A client that reads and calls as one user; row level security decides what it sees. */
export type Db = SupabaseClient<Database>;

/** What supabase-js answers, successful or not. */
export type Reply<T> = { data: T; error: null } | {
  data: null;
  error: PostgrestError;
};

/** How long a call may take: a database that hangs must not keep a run from its end. */
const TIMEOUT_MS = 10_000;

/** Seconds until what Postgres refuses may be had. */
const RETRY_AFTER: Partial<Record<FaultCode, () => number>> = {
  rate_limited: () => 1,
  too_many_runs: () => 1,
  queue_full: () => 5,
  cpu_budget_spent: () => Math.ceil(DAY_S - (Date.now() / 1000) % DAY_S),
};
const DAY_S = 86_400;

/** SQLSTATEs and PostgREST's own codes that mean something to a caller. Others are our bugs. */
const BY_CODE: Record<string, FaultCode> = {
  "42501": "not_found", // hidden by RLS or by a grant: existence is not disclosed
  "22021": "invalid_request", // a text with a null character
  "22P05": "invalid_request",
  "22003": "invalid_request", // a number out of range
  "57014": "database_unavailable", // a statement that took too long
  "40P01": "database_unavailable", // two that waited for each other: the next try does not
  "57P01": "database_unavailable", // Postgres goes down, crashed, or comes up
  "57P02": "database_unavailable",
  "57P03": "database_unavailable",
  PGRST301: "token_invalid",
  PGRST303: "token_expired",
};

/** How every client of ours is made: without a session of its own, and never without end. */
export const CLIENT_OPTIONS = {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  db: { timeout: TIMEOUT_MS, retry: false },
};

/** A header that tells the database on whose request it is called; undefined while it cannot. */
export type ContextHeader = () => Promise<readonly [name: string, value: string] | undefined>;

/** A client that carries the caller's token, asked for at each call: Postgres sees the caller. */
export function userDb(
  env: Env,
  token: () => Promise<string>,
  context: ContextHeader = () => Promise.resolve(undefined),
): Db {
  return createClient<Database>(env.supabaseUrl, env.publishableKey, {
    ...CLIENT_OPTIONS,
    // Keeps the client from opening an Auth client of its own; what counts is set below.
    accessToken: () => Promise.resolve(env.publishableKey),
    global: { fetch: (input, init) => fetchAs(input, init, { token, context }) },
  });
}

async function fetchAs(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  { token, context }: { token: () => Promise<string>; context: ContextHeader },
): Promise<Response> {
  const headers = new Headers(init?.headers);
  try {
    headers.set("authorization", `Bearer ${await token()}`);
  } catch (err) {
    if (!(err instanceof Fault)) throw err;
    // As Postgres would say it: the client has no other way to hand a refusal through.
    return Response.json({ code: "PT", message: err.code, details: err.detail }, { status: 401 });
  }
  const header = await context();
  if (header !== undefined) headers.set(...header);
  return await fetch(input, { ...init, headers });
}

/** The rows a query returned, or the fault its error stands for. */
export function rows<T>(reply: Reply<T>): T {
  if (reply.error === null) return reply.data;
  throw toFault(reply.error);
}

/** The one row a query was expected to find. */
export function one<T>(reply: Reply<T | null>): T {
  const row = rows(reply);
  if (row === null) throw new Fault("not_found");
  return row;
}

/** The first row of a function that returns at most one. */
export function first<T>(reply: Reply<T[]>): T {
  const [row] = rows(reply);
  if (row === undefined) throw new Fault("not_found");
  return row;
}

/**
 * Our functions raise `PT4xx` with a fault code as the message and a sentence as the detail. An
 * error without a code, or with one of PostgREST's own about connections, never reached Postgres.
 * Its `details` may hold whole rows: they go nowhere.
 */
function toFault({ code, message, details }: PostgrestError): Fault {
  const cause = new Error(`${code || "no code"}: ${message}`);
  if (code?.startsWith("PT") && isFaultCode(message)) {
    const retryAfter = RETRY_AFTER[message]?.();
    return new Fault(message, details || undefined, {
      cause,
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
  if (!code || code.startsWith("PGRST0")) {
    return new Fault("database_unavailable", undefined, { cause });
  }
  return new Fault(BY_CODE[code] ?? "internal", undefined, { cause });
}
