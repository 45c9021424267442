import { computed, signal } from "@preact/signals";
import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../config.ts";

/** Who uses the console. */
export interface Account {
  readonly id: string;
  readonly email: string;
}

/**
 * `expired` is somebody whose session ended while they worked: what they typed stays where it is,
 * and a dialog asks them to sign in again.
 */
export type Presence =
  | { readonly state: "loading" | "out" }
  | { readonly state: "in" | "expired"; readonly account: Account };

const current = signal<Presence>({ state: "loading" });
const opened = signal<{ supabase: SupabaseClient; config: Config } | undefined>(undefined);
let leaving = false;

/** Whether somebody is signed in, and who. */
export const presence = computed(() => current.value);

/** Who works here; nobody before they signed in. Stays when their session expires. */
export const account = computed(() => "account" in current.value ? current.value.account : null);

/** Counts the times that somebody signed in, so that what failed before is loaded again. */
export const signIns = signal(0);

/** Opens supabase-js: its session is the only thing that the console keeps in localStorage. */
export function openSession(config: Config): SupabaseClient {
  const supabase = createClient(config.url, config.publishableKey, {
    auth: { flowType: "pkce", persistSession: true, detectSessionInUrl: true },
  });
  opened.value = { supabase, config };
  supabase.auth.onAuthStateChange((_, session) => follow(session));
  return supabase;
}

/** The client that signs people in. Throws before {@link openSession}. */
export function supabaseClient(): SupabaseClient {
  if (opened.value === undefined) throw new Error("The session is not open yet.");
  return opened.value.supabase;
}

/** Which project this is. Throws before {@link openSession}. */
export function project(): Config {
  if (opened.value === undefined) throw new Error("The session is not open yet.");
  return opened.value.config;
}

/** Called when the API says that the session is over, although supabase-js has not noticed yet. */
export function expire(): void {
  if (current.value.state === "in") current.value = { ...current.value, state: "expired" };
}

/**
 * Ends the session in the project and here, and goes to the sign-in page. Without the network it
 * throws, and the session stays: somebody who believed it ended would leave it to the next person.
 */
export async function signOut(): Promise<void> {
  leaving = true;
  try {
    const { error } = await supabaseClient().auth.signOut({ scope: "local" });
    if (error) throw error;
    current.value = { state: "out" };
  } finally {
    leaving = false;
  }
}

/** Another tab signs in and out too: supabase-js tells this one, which ends up the same. */
function follow(session: Session | null): void {
  const before = current.value;
  if (session !== null) {
    const { id, email = "" } = session.user;
    if (before.state === "in" && before.account.id === id) return;
    current.value = { state: "in", account: { id, email } };
    signIns.value++;
  } else if (before.state === "in" && !leaving) {
    current.value = { ...before, state: "expired" };
  } else if (before.state === "loading" || leaving) {
    current.value = { state: "out" };
  }
}
