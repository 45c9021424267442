import * as z from "zod";
import type { RunStatus } from "../../_shared/run/schema.ts";
import { text, Timestamp } from "../../_shared/schema.ts";
import { AgentName } from "../agents/schema.ts";

const MAX_DAYS = 90;
const MAX_AGENTS = 20;
const Count = z.int().min(0);
const Ms = z.number().min(0);

/** Of which days to tell, and of which agent's runs; all, if left out. */
export const UsageQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(MAX_DAYS).default(30)
    .meta({ description: "How many days, today among them" }),
  time_zone: text(64).default("UTC").meta({
    description: "Where days begin: a name of the IANA database",
    examples: ["Europe/Berlin"],
  }),
  agent: AgentName.optional().meta({ description: "The runs of one agent alone" }),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

const Tally = z.object({
  runs: Count,
  statuses: z.object(
    {
      queued: Count,
      running: Count,
      succeeded: Count,
      failed: Count,
      timed_out: Count,
      out_of_memory: Count,
      output_exceeded: Count,
      cancelled: Count,
      lost: Count,
    } satisfies Record<RunStatus, typeof Count>,
  ),
  wall_ms: Ms.meta({ description: "How long all of them took together" }),
  wall_p50_ms: Ms.nullable().meta({ description: "Half of them took at most so long" }),
  wall_p95_ms: Ms.nullable().meta({ description: "19 of 20 took at most so long" }),
  cpu_ms: Ms.meta({ description: "CPU time of all of them together" }),
});

/** What came of a caller's runs, day by day, from the first day to today. */
export const RunUsageReport = z.object({
  time_zone: z.string().max(64),
  counted_since: Timestamp.nullable().meta({
    description: "Null, or the moment before which runs were too many to be counted",
  }),
  total: Tally,
  days: z.array(Tally.extend({ day: z.iso.date().max(10) })).max(MAX_DAYS),
  agents: z.array(Tally.extend({ agent: z.string().max(63) })).max(MAX_AGENTS)
    .meta({ description: "Those with most runs, by the names that they had then" }),
}).meta({ id: "RunUsageReport" });
export type RunUsageReport = z.infer<typeof RunUsageReport>;
