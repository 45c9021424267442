import type { TransactionSql } from "postgres";
import { type Edit, EDITS } from "./edits.ts";
import { ACCESS_EDITS } from "./edits_access.ts";
import { CRON_EDITS, CRON_STATEMENTS } from "./mutants_cron.ts";
import { FILE_EDITS, FILE_STATEMENTS } from "./mutants_files.ts";
import { HOOK_EDITS, HOOK_STATEMENTS } from "./mutants_hooks.ts";
import { METRICS_EDITS } from "./mutants_metrics.ts";
import { QUEUE_EDITS, QUEUE_STATEMENTS } from "./mutants_queue.ts";
import { RETENTION_EDITS, RETENTION_STATEMENTS } from "./mutants_retention.ts";
import { RUNNER_EDITS, RUNNER_STATEMENTS } from "./mutants_runners.ts";
import { SCHEDULE_EDITS, SCHEDULE_STATEMENTS } from "./mutants_schedule.ts";
import { SECRET_EDITS, SECRET_STATEMENTS } from "./mutants_secrets.ts";
import { TOOL_EDITS, TOOL_STATEMENTS } from "./mutants_tools.ts";
import { WATCH_EDITS, WATCH_STATEMENTS } from "./mutants_watch.ts";

/** A way in which the schema could be wrong, applied inside a transaction. */
export interface Mutant {
  name: string;
  /** The pgTAP file that is likeliest to notice, tried first. */
  chapter: string;
  /** Whether it may change who may do what: then the catalogue is asked first. */
  grants: boolean;
  apply(sql: TransactionSql): Promise<unknown>;
}

/** The tables that REST shows, and the pgTAP file of each. */
const CHAPTERS: Readonly<Record<string, string>> = {
  agents: "agents",
  agent_versions: "versions",
  runs: "runs",
  run_events: "events",
  tool_calls: "tool_calls",
  api_keys: "keys",
  secrets: "secrets",
  schedules: "schedules",
  files: "files",
  hooks: "hooks",
  webhooks: "webhooks",
  webhook_deliveries: "webhooks",
  quarantines: "quarantine",
  runners: "runners",
  alerts: "alerts",
  alert_rules: "alerts",
  audit_log: "audit",
  security_events: "alerts",
  evidence: "evidence",
  audit_checkpoints: "checkpoints",
  retention: "retention",
  legal_holds: "holds",
};
/** Policies that say less than they should. */
const OWN = "owner_id = (select auth.uid())";
const READ = "(select app.can('agents:read'))";
const WEAK_POLICIES: Readonly<Record<string, readonly string[]>> = {
  agents: [OWN, READ, `${OWN} and ${READ}`],
  agent_versions: [OWN, READ, `${OWN} and ${READ}`],
  runs: [OWN, READ, `${OWN} and ${READ}`],
  files: [
    OWN,
    READ,
    `${OWN} and ${READ} and run_id is null`,
    `${OWN} and ${READ} and coalesce(agent_id = (select app.key_agent()), true)`,
    `${READ} and coalesce(agent_id = (select app.key_agent()), true) and run_id is null`,
  ],
  run_events: [OWN, READ, `${OWN} and ${READ}`],
  hooks: [OWN, READ, `${OWN} and ${READ}`],
  webhooks: [OWN, READ, `${OWN} and ${READ}`],
  webhook_deliveries: [OWN, READ, `${OWN} and ${READ}`],
  tool_calls: [OWN, READ, `${OWN} and ${READ}`],
  schedules: [OWN, READ, `${OWN} and ${READ}`],
  secrets: [
    OWN,
    `${OWN} and (select app.can('secrets:manage'))`,
    "(select app.can('secrets:manage'))",
    `${OWN} and coalesce(agent_id = (select app.key_agent()), (select app.key_agent()) is null)`,
    `${OWN} and (select app.can('secrets:manage')) and coalesce(agent_id = (select app.key_agent()), true)`,
  ],
  api_keys: [
    OWN,
    READ,
    `${OWN} and (select app.can('keys:manage'))`,
    "(select app.can('keys:manage')) or id = (select app.live_key())",
  ],
};
const STATEMENTS: readonly (readonly [chapter: string, statement: string])[] = [
  ["ground", "grant usage on schema app to anon"],
  ["ground", "grant execute on all functions in schema public to anon"],
  [
    "ground",
    "alter default privileges for role cloister_owner grant execute on functions to public",
  ],
  [
    "ground",
    "alter default privileges for role cloister_owner in schema public grant select on tables to authenticated",
  ],
  ["ground", "alter function app.create_agent reset search_path"],
  ["ground", "alter function public.cancel_run security definer"],
  ["access", "grant execute on function app.refusal_of to authenticated"],
  ["access", "grant execute on function app.permissions_of to authenticated"],
  ["keys", "grant select on app.api_key_secrets to service_role"],
  ["keys", "grant execute on function public.authenticate_key to authenticated"],
  ["keys", "alter table public.api_keys drop constraint api_keys_scopes_are_permissions"],
  ["keys", "alter table public.api_keys drop constraint api_keys_agent_id_fkey"],
  ["users", "alter table app.settings drop constraint settings_not_everybody_is_admin"],
  ["users", "drop trigger keep_an_admin_removed on app.user_roles"],
  ["users", "drop trigger keep_an_admin_changed on app.user_roles"],
  ["users", "drop trigger keep_an_admin_free on public.quarantines"],
  ["quarantine", "drop index public.quarantines_active_idx"],
  [
    "quarantine",
    "alter table public.quarantines drop constraint quarantines_everything_has_no_target",
  ],
  ["permissions", "grant select on app.user_roles to authenticated"],
  ["permissions", "grant insert on app.user_roles to authenticated"],
  ["versions", "drop trigger freeze_version on public.agent_versions"],
  ["events", "grant select on app.run_events_default to authenticated"],
  ["events", "drop index public.run_events_one_ending_idx"],
  ["starts", "grant execute on function public.start_run to authenticated"],
  ["endings", "grant execute on function public.settle_run to authenticated"],
  ["endings", "grant execute on function app.settle to authenticated"],
  ["endings", "grant update (status) on public.runs to authenticated"],
];

/** The definition of a function, by its name or, where two share it, by its signature. */
async function definitionOf(sql: TransactionSql, name: string): Promise<string> {
  const [found] = await sql<{ definition: string }[]>`
    select pg_get_functiondef(case when ${name} like '%(%' then ${name}::text::regprocedure::oid
      else ${name}::text::regproc::oid end) as definition
  `;
  return found?.definition ?? "";
}

/** Every mutant: of each policy that the catalogue knows, each table's guards, each check. */
export async function listMutants(sql: TransactionSql): Promise<Mutant[]> {
  const policies = await sql<{ table: string; name: string }[]>`
    select tablename as table, policyname as name from pg_policies where schemaname = 'public'
  `;
  return [
    ...policies.flatMap(({ table, name }) => policyMutants(table, name)),
    ...Object.keys(CHAPTERS).flatMap(tableMutants),
    ...[
      ...STATEMENTS,
      ...WATCH_STATEMENTS,
      ...TOOL_STATEMENTS,
      ...SCHEDULE_STATEMENTS,
      ...SECRET_STATEMENTS,
      ...CRON_STATEMENTS,
      ...FILE_STATEMENTS,
      ...RUNNER_STATEMENTS,
      ...RETENTION_STATEMENTS,
      ...QUEUE_STATEMENTS,
      ...HOOK_STATEMENTS,
    ].map((
      [chapter, statement],
    ) => mutant(chapter, statement)),
    ...[
      ...EDITS,
      ...ACCESS_EDITS,
      ...WATCH_EDITS,
      ...TOOL_EDITS,
      ...METRICS_EDITS,
      ...SCHEDULE_EDITS,
      ...SECRET_EDITS,
      ...CRON_EDITS,
      ...FILE_EDITS,
      ...RUNNER_EDITS,
      ...RETENTION_EDITS,
      ...QUEUE_EDITS,
      ...HOOK_EDITS,
    ]
      .map(edited),
  ];
}

function policyMutants(table: string, name: string): Mutant[] {
  const chapter = CHAPTERS[table] ?? table;
  const policy = `policy "${name}" on public.${table}`;
  return [
    ...[
      `drop ${policy}`,
      `alter ${policy} using (true)`,
      ...(WEAK_POLICIES[table] ?? [READ]).map((check) => `alter ${policy} using (${check})`),
    ].map((statement) => mutant(chapter, statement)),
    mutant("ground", `alter ${policy} to public`),
  ];
}

function tableMutants(table: string): Mutant[] {
  return [
    `alter table public.${table} disable row level security`,
    `grant select on public.${table} to anon`,
    ...["insert", "update", "delete", "truncate"].flatMap((right) =>
      ["authenticated", "service_role"].map((role) =>
        `grant ${right} on public.${table} to ${role}`
      )
    ),
    `revoke select on public.${table} from authenticated`,
  ].map((statement) => mutant(CHAPTERS[table] ?? table, statement));
}

function mutant(chapter: string, statement: string): Mutant {
  const grants = /^(grant|revoke|alter default|alter function)/.test(statement);
  return { name: statement, chapter, grants, apply: (sql) => sql.unsafe(statement) };
}

function edited([chapter, name, from, to]: Edit): Mutant {
  return {
    name: `${name}: ${from} → ${to || "nothing"}`,
    chapter,
    grants: false,
    async apply(sql) {
      const definition = await definitionOf(sql, name);
      if (!definition.includes(from)) throw new Error(`${name} has no "${from}"`);
      await sql.unsafe(definition.replaceAll(from, () => to));
    },
  };
}
