import { join } from "node:path";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { type Stack, type StackOptions, startStack } from "../../dev/stack.ts";

/** A temporary folder that others may walk through, removed with what is in it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "cloister-test-" });
  await Deno.chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Writes files by their paths below `dir`. */
export async function write(dir: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, path);
    await Deno.mkdir(join(file, ".."), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
}

export interface Scratch extends AsyncDisposable {
  stack: Stack;
  /** What the stack told its developer. */
  lines: string[];
}

/** A stack on a free port with these migrations and functions and nothing else. */
export async function scratchStack(
  files: Record<string, string>,
  options: StackOptions = {},
): Promise<Scratch> {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryFolder());
  await write(path, files);
  const lines: string[] = [];
  const stack = opened.use(
    await startStack({
      dir: join(path, "state"),
      port: 0,
      migrationsDir: join(path, "migrations"),
      functionsDir: join(path, "functions"),
      functions: Object.keys(files).some((name) => name.startsWith("functions/")),
      log: (line) => lines.push(line),
      ...options,
    }),
  );
  const closing = opened.move();
  return { stack, lines, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** A supabase-js client with a key and without a session. */
export function client(stack: Stack, key: string = stack.publishableKey): SupabaseClient {
  return createClient(stack.url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/** A client of somebody who has just signed up. */
export async function signedUp(
  stack: Stack,
): Promise<{ supabase: SupabaseClient; id: string; token: string }> {
  const supabase = client(stack);
  const { data, error } = await supabase.auth.signUp({
    email: `${crypto.randomUUID()}@example.test`,
    password: "a fine password",
  });
  if (error) throw error;
  if (!data.session || !data.user) throw new Error("signing up gave no session");
  return { supabase, id: data.user.id, token: data.session.access_token };
}

/** Runs statements as the owner of the database. */
export async function query(url: string, statements: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return Array.from(await sql.unsafe(statements));
  } finally {
    await sql.end();
  }
}
