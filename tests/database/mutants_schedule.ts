import type { Edit } from "./edits.ts";

/** Ways in which the clock's list could be open to others. */
export const SCHEDULE_STATEMENTS: readonly (readonly [chapter: string, statement: string])[] = [
  ["schedule", "grant select, insert on app.jobs to service_role"],
  ["schedule", "grant select on app.jobs to authenticated"],
  ["schedule", "grant execute on function app.call_function to authenticated"],
  ["schedule", "grant execute on function app.schedule_jobs to anon"],
  ["schedule", "alter table app.jobs drop constraint jobs_every_check"],
  ["schedule", "alter table app.jobs drop constraint jobs_check"],
];

/** Each check there is between the clock and the functions, taken away or weakened. */
export const SCHEDULE_EDITS: readonly Edit[] = [
  ["schedule", "app.clock_address", "^https://[A-Za-z0-9.-]+(:\\d+)?/?$", "^https?://.*"],
  ["schedule", "app.clock_address", "(:\\d+)?/?$'", "'"],
  ["schedule", "app.clock_address", "host\\.docker\\.internal)(:\\d+)?/?$", ".*)"],
  ["schedule", "app.call_function", "j.kind = 'http' and j.work", "call_function.path"],
  ["schedule", "app.call_function", "j.kind = 'http' and", ""],
  ["schedule", "app.call_function", "app.clock_address(max(", "(max("],
  ["schedule", "app.call_function", "or coalesce(key, '') = ''", ""],
  ["schedule", "app.cron_line", "< '{1,5}'", "< '{1,11}'"],
  ["schedule", "app.cron_line", "split_part(pg_cron_version, '-', 1)", "pg_cron_version"],
  ["schedule", "app.forget_job_history", "j.jobname like 'cloister-%'", "true"],
  ["schedule", "app.forget_job_history", "d.end_time < now()", "true or d.end_time < now()"],
  ["schedule", "app.schedule_jobs", "c.jobname like 'cloister-%'\n    and", "true and"],
  [
    "schedule",
    "app.schedule_jobs",
    "exception when others then",
    "exception when division_by_zero then",
  ],
  ["schedule", "app.schedule_jobs", "case job.kind when 'sql'", "case 'sql' when 'sql'"],
];
