/** What a security event is about, as the API names it. */
export const EVENT_TYPES = [
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

/** What can be held, and what evidence can be about. */
export const KINDS = ["agent", "key", "user", "everything"] as const;

/** What a legal hold can be on. */
export const HOLD_KINDS = ["user", "agent", "incident"] as const;

/** The four roles, the least first. */
export const ROLES = ["viewer", "user", "streamer", "admin"] as const;

/** Whether something still stands. */
export const STATES = ["active", "released"] as const;
