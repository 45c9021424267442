import type { Db } from "../../_shared/db.ts";
import { Fault } from "../../_shared/fault.ts";
import { matchInput, parseInputSchema } from "../../_shared/input_schema.ts";
import { jsonText, utf8Bytes } from "../../_shared/json.ts";
import * as repo from "./repo.ts";
import type { NewSchedule, Schedule, ScheduleChange } from "./schema.ts";

const MAX_INPUT_BYTES = 64 * 1024;

/**
 * Makes a schedule whose input the agent takes today: a mistake is told now and not at night. It is
 * checked again when it fires, against the version that runs then.
 */
export async function createSchedule(
  db: Db,
  agent: string,
  schedule: NewSchedule,
): Promise<Schedule> {
  const input = await textOf(db, agent, schedule);
  return await repo.insertSchedule(db, agent, { ...schedule, input });
}

/** Changes a schedule; an input is held against the version that the change names, if it names one. */
export async function changeSchedule(
  db: Db,
  key: repo.ScheduleKey,
  change: ScheduleChange,
): Promise<Schedule> {
  const { input, version } = change;
  if (input === undefined) return await repo.updateSchedule(db, key, change, undefined);
  const text = version === undefined
    ? inputText(input)
    : await textOf(db, key.agent, { input, version });
  return await repo.updateSchedule(db, key, change, text);
}

async function textOf(
  db: Db,
  agent: string,
  { input, version }: { input?: unknown; version: number | null },
): Promise<string> {
  const text = inputText(input);
  const schema = await repo.findInputSchema(db, agent, version);
  if (schema !== null) matchInput(parseInputSchema(schema), input);
  return text;
}

function inputText(input: unknown): string {
  const text = jsonText(input);
  if (utf8Bytes(text) <= MAX_INPUT_BYTES) return text;
  throw new Fault("invalid_request", `A schedule's input may have ${MAX_INPUT_BYTES} bytes.`);
}
