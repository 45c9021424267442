import * as z from "zod";

/** How one task went: numbers alone, since whoever keeps answers keeps this one, too. */
export const Outcome = z.object({
  task: z.string().max(40),
  state: z.enum(["done", "failed", "off", "late"]).meta({
    description:
      "`off` where the deployment has nothing of the kind, `late` where it still goes on",
  }),
  counts: z.record(z.string().max(40), z.int().min(0)),
}).meta({ id: "TaskOutcome" });
export type Outcome = z.infer<typeof Outcome>;

/** What was done in one call. */
export const Work = z.object({ tasks: z.array(Outcome).max(20) }).meta({ id: "Work" });
export type Work = z.infer<typeof Work>;
