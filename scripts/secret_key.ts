/**
 * `deno task keys:secrets`: prints a key that users' secrets are locked by, alone or in front of
 * those that are in use. Nothing is stored, nothing is sent anywhere.
 */
import * as z from "zod";
import { MasterKeys } from "../supabase/functions/_shared/vault/keys.ts";

const Given = z.record(z.string(), z.string());

/** A new key in front of the ones there are, as `CLOISTER_SECRET_KEYS` has them. */
export function withNewKey(existing: string | undefined, now: Date = new Date()): string {
  const keys = existing === undefined ? {} : Given.parse(JSON.parse(existing));
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const day = `k${now.toISOString().slice(0, 10).replaceAll("-", "")}`;
  const kid = `${day}-${crypto.randomUUID().slice(0, 4)}`;
  const text = JSON.stringify({ [kid]: btoa(String.fromCharCode(...bytes)), ...keys });
  MasterKeys.parse(text);
  return text;
}

if (import.meta.main) {
  const existing = Deno.env.get("CLOISTER_SECRET_KEYS");
  console.log(`# Who has this and the database can read every secret of your users; who loses it,
# none. Put it where you keep passwords before anything is locked by it.
CLOISTER_SECRET_KEYS='${withNewKey(existing)}'`);
  if (existing !== undefined) {
    console.error("The new key stands first. Drop the others when POST /admin/secrets/rotate");
    console.error('answers "remaining": 0.');
  }
}
