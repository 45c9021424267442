import { type Db, first, one, rows } from "../../_shared/db.ts";
import {
  Preview,
  type PreviewQuery,
  type Schedule,
  type ScheduleChange,
  ScheduleRow,
} from "./schema.ts";

const COLUMNS =
  "id, name, cron, time_zone, jitter_seconds, missed, input, version, enabled, next_at, last_at, last_run_id, last_problem, key_id, created_at, updated_at";

/** A schedule on its way to the database; its input as JSON text. */
export type Draft =
  & Pick<Schedule, "name" | "cron" | "time_zone" | "jitter_seconds" | "missed" | "enabled">
  & { version: number | null; input: string };

/** One of an agent's schedules, by the names of both. */
export interface ScheduleKey {
  agent: string;
  schedule: string;
}

/** Which agent, and which stretch of its schedules: newest first, after a schedule's id. */
export interface SchedulePage {
  agentId: string;
  limit: number;
  after: string | undefined;
}

/** An agent's schedules, newest first. */
export async function listSchedules(db: Db, page: SchedulePage): Promise<Schedule[]> {
  let query = db.from("schedules").select(COLUMNS).eq("agent_id", page.agentId);
  if (page.after !== undefined) query = query.lt("id", page.after);
  const reply = await query.order("id", { ascending: false }).limit(page.limit);
  return ScheduleRow.array().parse(rows(reply));
}

/** The agent's schedule of that name, or `not_found`. */
export async function findSchedule(db: Db, agentId: string, name: string): Promise<Schedule> {
  const reply = await db.from("schedules").select(COLUMNS)
    .eq("agent_id", agentId).eq("name", name).maybeSingle();
  return ScheduleRow.parse(one(reply));
}

/** Lets an agent run by the clock. */
export async function insertSchedule(
  db: Db,
  agent: string,
  { version, ...draft }: Draft,
): Promise<Schedule> {
  const args = { agent_name: agent, ...draft };
  const reply = await db.rpc("create_schedule", version === null ? args : { ...args, version });
  return ScheduleRow.parse(first(reply));
}

/** Changes a schedule; to the database, version 0 is the published one. */
export async function updateSchedule(
  db: Db,
  { agent, schedule }: ScheduleKey,
  { cron, time_zone, jitter_seconds, missed, version, enabled }: ScheduleChange,
  input: string | undefined,
): Promise<Schedule> {
  const reply = await db.rpc("update_schedule", {
    agent_name: agent,
    schedule_name: schedule,
    ...(cron !== undefined && { cron }),
    ...(time_zone !== undefined && { time_zone }),
    ...(jitter_seconds !== undefined && { jitter_seconds }),
    ...(missed !== undefined && { missed }),
    ...(input !== undefined && { input }),
    ...(version !== undefined && { version: version ?? 0 }),
    ...(enabled !== undefined && { enabled }),
  });
  return ScheduleRow.parse(first(reply));
}

/** Ends a schedule, or throws `not_found`. */
export async function deleteSchedule(db: Db, { agent, schedule }: ScheduleKey): Promise<void> {
  rows(await db.rpc("delete_schedule", { agent_name: agent, schedule_name: schedule }));
}

/** When a line fires next, in a time zone. */
export async function previewSchedule(
  db: Db,
  { cron, time_zone, limit }: PreviewQuery,
): Promise<string[]> {
  const reply = await db.rpc("preview_schedule", { cron, time_zone, how_many: limit });
  return Preview.shape.data.parse(rows(reply));
}

/** What the input of a version, or of the published one, has to be: JSON Schema, or null for any. */
export async function findInputSchema(
  db: Db,
  agent: string,
  version: number | null,
): Promise<unknown> {
  const args = version === null ? { agent_name: agent } : { agent_name: agent, version };
  const [row] = rows(await db.rpc("find_program", args).select("input_schema"));
  return row?.input_schema ?? null;
}
