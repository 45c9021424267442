import * as z from "zod";

/** A row of an export: the text of a JSON object, and the place after which the next ones come. */
export const Said = z.object({ said: z.string(), place: z.record(z.string(), z.json()) });
export type Said = z.infer<typeof Said>;

/** What an export needs to know of an agent to find its files. */
export const Owned = z.object({ id: z.guid(), name: z.string() });

/** What an export needs to know of a file to add what it holds. */
export const Filed = z.object({
  agent_id: z.guid(),
  run_id: z.guid().nullable(),
  path: z.string(),
});
export type Filed = z.infer<typeof Filed>;
