import { signal } from "@preact/signals";
import { expire, supabaseClient } from "./session.ts";

/** What a role may be granted, as the project's database names it. */
export type Permission =
  | "agents:read"
  | "agents:write"
  | "agents:execute"
  | "agents:stream"
  | "runs:cancel"
  | "keys:manage"
  | "secrets:manage"
  | "audit:read"
  | "metrics:read"
  | "admin";

/** What the account may do; undefined until that is known. */
export const permissions = signal<ReadonlySet<string> | undefined>(undefined);

/**
 * Asks the database what the account may do. This only decides what is shown: every call is
 * checked anew where it arrives. An answer that nobody waits for any more changes nothing.
 */
export async function loadPermissions(signal: AbortSignal): Promise<void> {
  const asked = supabaseClient().rpc("my_permissions").abortSignal(signal);
  const { data, error, status } = await asked;
  // Somebody else may have signed in since.
  if (signal.aborted) return;
  if (status === 401) expire();
  if (error) throw new Error("The project does not say what you may do here.", { cause: error });
  const found: unknown[] = Array.isArray(data) ? data : [];
  permissions.value = new Set(found.filter((item) => typeof item === "string"));
}

/** Whether to show what needs a permission. */
export function can(permission: Permission | undefined): boolean {
  return permission === undefined || (permissions.value?.has(permission) ?? false);
}
