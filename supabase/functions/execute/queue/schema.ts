import * as z from "zod";

/** What a look at the queue came to: how many runs were taken, to be carried out in the background. */
export const Look = z.object({ taken: z.int().min(0) }).meta({ id: "QueueLook" });
