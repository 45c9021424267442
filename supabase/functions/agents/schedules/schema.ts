import * as z from "zod";
import { prefixedId } from "../../_shared/ids.ts";
import { Name, PageQuery, text, Timestamp } from "../../_shared/schema.ts";
import { AgentName } from "../agents/schema.ts";

const scheduleId = prefixedId("schedule");
const keyId = prefixedId("key");
const runId = prefixedId("run");

/** The id of a schedule, as callers see it. */
export const ScheduleId = scheduleId.param;

/** A name that a schedule may take: one whose address is not the preview's. */
const ScheduleName = Name.refine((name) => name !== "preview", "is not free for schedules");

/** The path parameters that name one of an agent's schedules. */
export const BySchedule = z.object({ name: AgentName, schedule: Name });

/** Which of an agent's schedules to list. */
export const ScheduleQuery = PageQuery;

const Cron = text(200).overwrite((line) => line.trim().replaceAll(/\s+/g, " ")).meta({
  description: "Five fields: minute, hour, day of the month, month, day of the week",
  examples: ["30 8 * * mon-fri"],
});
const TimeZone = text(64).meta({
  description: "A name of the IANA database",
  examples: ["Europe/Berlin"],
});
const JitterSeconds = z.int().min(0).max(3_600).meta({
  description: "The schedule fires always the same time later than planned, up to so much",
});
const Missed = z.enum(["skip", "once"]).meta({
  description: "Whether a time that was missed by more than five minutes is made up for, once",
});
const Version = z.int().positive().max(2 ** 31 - 1).nullable().meta({
  description: "The version that runs; null for the published one",
});

/** What a caller sends for a new schedule. */
export const NewSchedule = z.strictObject({
  name: ScheduleName,
  cron: Cron,
  time_zone: TimeZone.default("UTC"),
  jitter_seconds: JitterSeconds.default(0),
  missed: Missed.default("skip"),
  input: z.unknown().default(null),
  version: Version.default(null),
  enabled: z.boolean().default(true),
}).meta({ id: "NewSchedule" });
export type NewSchedule = z.infer<typeof NewSchedule>;

/** What of a schedule can be changed. What is left out stays. */
export const ScheduleChange = z.strictObject({
  cron: Cron.optional(),
  time_zone: TimeZone.optional(),
  jitter_seconds: JitterSeconds.optional(),
  missed: Missed.optional(),
  input: z.unknown().optional(),
  version: Version.optional(),
  enabled: z.boolean().optional(),
}).refine((change) => Object.keys(change).length > 0, "something to change is needed")
  .meta({ id: "ScheduleChange" });
export type ScheduleChange = z.infer<typeof ScheduleChange>;

/** A schedule: when an agent runs by itself, and what came of it last. */
export const Schedule = z.object({
  id: scheduleId.wire,
  name: Name,
  cron: Cron,
  time_zone: TimeZone,
  jitter_seconds: JitterSeconds,
  missed: Missed,
  input: z.unknown(),
  version: Version,
  enabled: z.boolean(),
  next_at: Timestamp.nullable().meta({ description: "When it fires next, with its jitter" }),
  last_at: Timestamp.nullable().meta({ description: "When it last queued a run" }),
  last_run_id: runId.wire.nullable(),
  last_problem: z.string().max(64).nullable().meta({
    description: "What kept the last run from being queued: the code of a problem, or `missed`",
  }),
  made_by: keyId.wire.nullable()
    .meta({ description: "The API key that made it, or changed it last: it ends with that" }),
  created_at: Timestamp,
  updated_at: Timestamp,
}).meta({ id: "Schedule" });
export type Schedule = z.infer<typeof Schedule>;

/** Of which line the next times are wanted, and how many. */
export const PreviewQuery = z.strictObject({
  cron: Cron,
  time_zone: TimeZone.default("UTC"),
  limit: z.coerce.number().int().min(1).max(50).default(5),
});
export type PreviewQuery = z.infer<typeof PreviewQuery>;

/** When a line fires next, without any jitter. */
export const Preview = z.object({ data: z.array(Timestamp).max(50) })
  .meta({ id: "SchedulePreview" });

/** What a row must be for us to serve it. */
export const ScheduleRow = Schedule.omit({ made_by: true }).extend({
  id: z.uuid(),
  last_run_id: z.guid().nullable(),
  key_id: z.guid().nullable(),
}).transform(({ id, last_run_id, key_id, ...row }): Schedule => ({
  ...row,
  id: scheduleId.of(id),
  last_run_id: last_run_id && runId.of(last_run_id),
  made_by: key_id && keyId.of(key_id),
}));
