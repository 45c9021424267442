import * as z from "zod";
import { text } from "../../_shared/schema.ts";

/** What a program asks of a search engine. */
export const SearchArgs = z.strictObject({
  query: text(400).trim().min(1).refine((query) => query.split(/\s+/).length <= 50, {
    error: "has more than 50 words",
  }),
  count: z.int().min(1).max(50).default(10),
  freshness: z.enum(["day", "week", "month", "year"]).optional(),
  country: z.string().regex(/^[a-z]{2}$/i).optional(),
  language: z.string().regex(/^[a-z]{2}$/i).optional(),
  safe: z.enum(["moderate", "strict"]).default("moderate"),
});
export type SearchArgs = z.infer<typeof SearchArgs>;
