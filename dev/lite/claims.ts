import * as z from "zod";

/** The roles that a request to the Data API may take. Any other in a token is refused. */
export const ROLES = ["anon", "authenticated", "service_role"] as const;

/** Whom a request speaks for: a verified token's claims, or those that an API key stands for. */
export const Claims = z.looseObject({
  role: z.enum(ROLES),
  sub: z.string().optional(),
  session_id: z.string().optional(),
});
export type Claims = z.infer<typeof Claims>;
