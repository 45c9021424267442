import * as z from "zod";
import { prefixedId } from "../ids.ts";
import { EndingStatus, ErrorKind, limitsOf, usageOf } from "../sandbox/schema.ts";

/** The ids of runs: UUIDv7 inside, `run_…` outside. */
export const runId = prefixedId("run");

/** Every state of a run, the two that it leaves again first. */
export const RUN_STATUSES = ["queued", "running", ...EndingStatus.options, "lost"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

const Count = z.number().min(0);

/** What went wrong in a run: where in the agent's own source, and nothing of ours. */
export const RunError = z.object({
  kind: z.enum([...ErrorKind.options, "lost"]),
  name: z.string().max(200),
  message: z.string().max(4_000),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
}).meta({ id: "RunError" });
export type RunError = z.infer<typeof RunError>;

/** What a run may spend. */
export const RunLimits = z.object(limitsOf(Count)).meta({ id: "RunLimits" });
export type RunLimits = z.infer<typeof RunLimits>;

/** What a run spent. */
export const RunUsage = z.object(usageOf(Count)).meta({ id: "RunUsage" });
export type RunUsage = z.infer<typeof RunUsage>;
