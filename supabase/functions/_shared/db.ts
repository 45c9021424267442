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

const AUTH = {
  persistSession: false,
  autoRefreshToken: false,
  detectSessionInUrl: false,
};

/** SQLSTATEs that mean something to a caller. Anything else is a bug or an outage. */
const BY_SQLSTATE: Record<string, FaultCode> = {
  "42501": "not_found", // hidden by RLS or by a grant: existence is not disclosed
  "22P05": "invalid_request", // a text with a null character
};

/** A client that carries the caller's token, so that Postgres sees the caller. */
export function userDb(env: Env, token: string): Db {
  return createClient<Database>(env.supabaseUrl, env.publishableKey, {
    auth: AUTH,
    accessToken: () => Promise.resolve(token),
  });
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
 * error without SQLSTATE never reached Postgres.
 */
function toFault(error: PostgrestError): Fault {
  const options = { cause: error };
  if (error.code.startsWith("PT") && isFaultCode(error.message)) {
    return new Fault(error.message, error.details || undefined, options);
  }
  if (error.code === "") {
    return new Fault("database_unavailable", undefined, options);
  }
  return new Fault(BY_SQLSTATE[error.code] ?? "internal", undefined, options);
}
