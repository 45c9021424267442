import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import * as z from "zod";
import type { Database } from "../supabase/functions/_shared/database.types.ts";

/** The stack that a test run shares. `scripts/test.ts` starts it, also on older Denos. */
export const Shared = z.object({
  url: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  databaseUrl: z.string(),
  adminUrl: z.string(),
  redis: z.object({ url: z.string(), token: z.string() }),
  env: z.record(z.string(), z.string()),
  signingKey: z.record(z.string(), z.unknown()),
});
export type SharedStack = z.infer<typeof Shared>;

/** Where the running stack is. Tests that need it run through `deno task test [files]`. */
export function testStack(): SharedStack {
  const text = Deno.env.get("CLOISTER_TEST_STACK");
  if (text === undefined) throw new Error("Run this through `deno task test [files]`.");
  return Shared.parse(JSON.parse(text));
}

/** Where the functions of the stack that tests share look for a client's address. */
export const ADDRESS_HEADER = "x-client-address";

/** An address that nobody else has: what one test does wrong blocks no other. */
export function newAddress(): string {
  const [a, b, c] = crypto.getRandomValues(new Uint16Array(3));
  return [0xfd00, a, b, c].map((group) => Number(group).toString(16)).join(":") + "::1";
}

/** A person who has signed up and signed in, as a browser app would. */
export interface Person {
  id: string;
  token: string;
  /** Where this person's calls come from. */
  address: string;
  supabase: SupabaseClient<Database>;
  /** Calls a function, `/functions/v1` in front of the path left out. */
  call(method: string, path: string, init?: CallInit): Promise<Response>;
}

interface CallInit {
  body?: unknown;
  headers?: Record<string, string>;
}

/** A client without a session. */
export function anonymous(stack: SharedStack = testStack()): SupabaseClient<Database> {
  return createClient<Database>(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/** Signs up somebody new: every test has its own people, so that tests can run side by side. */
export async function person(name: string, stack: SharedStack = testStack()): Promise<Person> {
  const supabase = anonymous(stack);
  const email = `${name}-${crypto.randomUUID()}@example.test`;
  const { data, error } = await supabase.auth.signUp({ email, password: crypto.randomUUID() });
  if (error) throw error;
  if (!data.session || !data.user) throw new Error("Signing up gave no session");
  const token = data.session.access_token;
  const address = newAddress();
  return {
    id: data.user.id,
    token,
    address,
    supabase,
    call: (method, path, init) => call(stack, method, path, { token, address, ...init }),
  };
}

/** Calls a function as whoever holds the token, or as nobody; from an address of its own. */
export function call(
  stack: SharedStack,
  method: string,
  path: string,
  { token, address = newAddress(), body, headers = {} }: CallInit & {
    token?: string;
    address?: string;
  } = {},
): Promise<Response> {
  return fetch(`${stack.url}/functions/v1${path}`, {
    method,
    headers: {
      [ADDRESS_HEADER]: address,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
