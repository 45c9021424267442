/**
 * The closed lists of the wire. `deno task gen` writes this file from the OpenAPI document; nobody
 * else does.
 *
 * @module
 */

/** Every state of a run, in the order of its life. */
export const RUN_STATUSES = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "timed_out",
  "out_of_memory",
  "output_exceeded",
  "cancelled",
  "lost",
] as const;

/** How a run can end. */
export const RUN_ENDINGS = [
  "succeeded",
  "failed",
  "timed_out",
  "out_of_memory",
  "output_exceeded",
  "cancelled",
  "lost",
] as const;

/** Every state of an agent. */
export const AGENT_STATES = ["active", "archived", "quarantined"] as const;

/** The roles of people, the least first. */
export const ROLES = ["viewer", "user", "streamer", "admin"] as const;

/** What an API key may be granted. */
export const KEY_SCOPES = [
  "agents:read",
  "agents:write",
  "agents:execute",
  "agents:stream",
  "runs:cancel",
  "secrets:manage",
  "audit:read",
  "metrics:read",
  "admin",
] as const;

/** What a security event, an alert and its rule are about. */
export const SECURITY_EVENTS = [
  "auth_failed",
  "rate_limited",
  "permission_denied",
  "probing",
  "suspicious",
  "egress_denied",
  "anomaly",
  "address_blocked",
  "rejected",
] as const;

/** Whose events a rule of alerts counts together. */
export const ALERT_SUBJECTS = ["user", "address", "global"] as const;

/** What can be held, and what evidence can be about. */
export const QUARANTINE_KINDS = ["agent", "key", "user", "everything"] as const;

/** What a legal hold can be on. */
export const HOLD_KINDS = ["user", "agent", "incident"] as const;

/** What the role of a person may grant. */
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
