import { computed, signal } from "@preact/signals";
import { createClient, type Session, type SupabaseClient } from "@supabase/supabase-js";
import type { Config } from "../config.ts";
import { forgetTyped, onLeaving, tellLeaving } from "./leaving.ts";
import { takeRefusal } from "./refusal.ts";

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

/** Why the link or the provider that led here signed nobody in. */
export const refusal = signal<string | undefined>(undefined);

/** Opens supabase-js: its session is the only thing that the console keeps in localStorage. */
export function openSession(config: Config): SupabaseClient {
  const supabase = createClient(config.url, config.publishableKey, {
    auth: { flowType: "pkce", persistSession: true, detectSessionInUrl: true },
  });
  opened.value = { supabase, config };
  supabase.auth.onAuthStateChange((_, session) => follow(session));
  void supabase.auth.initialize().finally(() => refusal.value = takeRefusal());
  onLeaving((id) => {
    if (account.value?.id === id) leave(id);
  });
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
 * Ends the session in all tabs of this browser, with what was typed in them, and then in the
 * project. Resolves to whether the project has been told: without the network its session lives
 * until it runs out.
 */
export async function signOut(): Promise<boolean> {
  const id = account.value?.id ?? "";
  leaving = true;
  tellLeaving(id);
  leave(id);
  try {
    const { error } = await supabaseClient().auth.signOut({ scope: "local" });
    return error === null;
  } finally {
    leaving = false;
    // Whatever the other tabs made of a token that was renewed for the farewell.
    tellLeaving(id);
    // Somebody may have signed in meanwhile.
    follow((await supabaseClient().auth.getSession()).data.session);
  }
}

/** Goes to the sign-in page. The pages are gone before what they kept is. */
function leave(id: string): void {
  current.value = { state: "out" };
  forgetTyped(id);
}

/** Another tab signs in and out too: supabase-js tells this one, which ends up the same. */
function follow(session: Session | null): void {
  if (leaving) return;
  const before = current.value;
  if (session !== null) {
    const { id, email = "" } = session.user;
    refusal.value = undefined;
    if (before.state === "in" && before.account.id === id) return;
    current.value = { state: "in", account: { id, email } };
    signIns.value++;
  } else if (before.state === "in") {
    current.value = { ...before, state: "expired" };
  } else if (before.state === "loading") {
    current.value = { state: "out" };
  }
}
