import * as z from "zod";

/** What a security event is about; the database knows the same words. */
export const EventType = z.enum([
  "auth_failed",
  "rate_limited",
  "permission_denied",
  "probing",
  "suspicious",
  "egress_denied",
  "anomaly",
  "address_blocked",
  "rejected",
]);
export type EventType = z.infer<typeof EventType>;
