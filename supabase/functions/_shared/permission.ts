import { type Db, rows } from "./db.ts";
import { Fault, FAULTS } from "./fault.ts";

/** What a role or a key may be granted; the database knows the same words. */
export const PERMISSIONS = [
  "agents:read",
  "agents:write",
  "agents:execute",
  "agents:stream",
  "runs:cancel",
  "keys:manage",
  "secrets:manage",
  "audit:read",
  "metrics:read",
  "admin",
] as const;

/** One of them. */
export type Permission = (typeof PERMISSIONS)[number];

/** These need a session that has not ended, too: what was known a moment ago is not enough. */
const SENSITIVE: readonly Permission[] = ["keys:manage", "secrets:manage", "audit:read", "admin"];

/** Whether a permission is asked for anew with each request. */
export function isSensitive(permission: Permission): boolean {
  return SENSITIVE.includes(permission);
}

/**
 * Throws unless the caller has a permission, asked of the database just now: `forbidden`, or more
 * precisely `session_revoked`, `mfa_required`, `user_quarantined`, `key_quarantined`,
 * `execution_suspended`.
 */
export async function requirePermission(
  db: Db,
  permission: Permission,
  signal?: AbortSignal,
): Promise<void> {
  const asked = db.rpc("require_permission", { permission });
  rows(await (signal ? asked.abortSignal(signal) : asked));
}

/** Whether the caller has a permission just now. Throws only where nobody can tell. */
export async function hasPermission(
  db: Db,
  permission: Permission,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await requirePermission(db, permission, signal);
    return true;
  } catch (err) {
    if (err instanceof Fault && FAULTS[err.code][0] < 500) return false;
    throw err;
  }
}
