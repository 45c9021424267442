import * as z from "zod";

const Labels = z.record(z.string(), z.string());

/** All metrics as the database has them. */
export const Collected = z.object({
  counted: z.array(z.object({
    name: z.string(),
    labels: Labels,
    sums: z.array(z.number()).min(1),
  })),
  gauged: z.array(z.object({ name: z.string(), labels: Labels, value: z.number() })),
});
export type Collected = z.infer<typeof Collected>;
