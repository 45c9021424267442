import * as z from "zod";

/**
 * What a secret's value is: what goes into a header as it is, and is found again in what comes back;
 * shorter values would be found everywhere. It is asked of what is kept, and again of what is opened.
 */
export const SecretValue = z.string().min(8).max(4_096)
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])$/, "printable ASCII, no space at either end");

/** What the next secret of a hook or a webhook is to be bound to, as the database says it. */
export const SigningDraft = z.object({
  id: z.uuid(),
  agent_id: z.uuid(),
  version: z.int().positive(),
  kind: z.string().optional(),
});
export type SigningDraft = z.infer<typeof SigningDraft>;
