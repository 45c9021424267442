import * as z from "zod";
import { Timestamp } from "../../_shared/schema.ts";

const Count = z.int().min(0);

/** One budget of requests, and what of it is left. */
export const RequestBudget = z.object({
  budget: z.enum(["read", "write", "execute", "stream"]),
  quota: Count,
  window_s: z.int().positive(),
  remaining: Count,
  reset_s: Count.meta({ description: "Seconds until the window that goes on ends" }),
}).meta({ id: "RequestBudget" });
export type RequestBudget = z.infer<typeof RequestBudget>;

/** What a caller may spend, and has spent. */
export const Limits = z.object({
  role: z.string().max(64).nullable(),
  budgets: z.array(RequestBudget).max(4),
  concurrent_runs: z.object({ quota: Count, running: Count }),
  cpu: z.object({
    quota_s: Count.meta({ description: "CPU seconds of the user's runs a day (UTC)" }),
    used_ms: Count,
    resets_at: Timestamp,
  }),
}).meta({ id: "Limits" });
export type Limits = z.infer<typeof Limits>;

/** What the database says of a caller's spending. */
export const Usage = z.object({
  running_runs: Count,
  cpu_ms_today: Count,
  cpu_resets_at: Timestamp,
});
export type Usage = z.infer<typeof Usage>;
