import type { SupabaseClient } from "@supabase/supabase-js";
import { type CloisterClient, createClient } from "../sdk/mod.ts";
import type { Config } from "./config.ts";

let client: CloisterClient | undefined;

/** Opens the SDK as the account that supabase-js has signed in. */
export function openApi({ url, publishableKey }: Config, supabase: SupabaseClient): void {
  client = createClient({ url, auth: { supabase }, headers: { apikey: publishableKey } });
}

/** The SDK, which is how the console does everything but signing in. */
export function api(): CloisterClient {
  if (client === undefined) throw new Error("The API is not open yet.");
  return client;
}
