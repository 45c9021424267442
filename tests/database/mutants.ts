import type { TransactionSql } from "postgres";

/** A way in which the schema could be wrong, applied inside a transaction. */
export interface Mutant {
  name: string;
  /** The pgTAP file that is likeliest to notice, tried first. */
  chapter: string;
  apply(sql: TransactionSql): Promise<unknown>;
}

/** What is wrong with a function: a text in its definition, and what stands there instead. */
type Edit = readonly [chapter: string, signature: string, from: string, to: string];

const OWN = "agents.owner_id = (select auth.uid()) and ";
const EDITS: readonly Edit[] = [
  ["permissions", "app.user_can", "user_can.permission in", "true or user_can.permission in"],
  ["permissions", "app.permissions_of", "where users.id = permissions_of.user_id", ""],
  [
    "permissions",
    "app.permissions_of",
    "coalesce(user_roles.role, settings.default_role)",
    "'admin'",
  ],
  ["permissions", "app.can", "(select auth.uid())", "(select id from auth.users limit 1)"],
  ["agents", "app.require", "is not true then", "is null then"],
  ["agents", "app.own_agent", "perform app.require((select auth.uid()), 'agents:write');", ""],
  ["agents", "app.own_agent", OWN, ""],
  ["agents", "app.own_agent", "if not found", "if false"],
  ["agents", "app.refuse_quarantined", "= 'quarantined'", "= 'never'"],
  ["agents", "app.refuse_taken", "if exists", "if false and exists"],
  ["agents", "app.set_agent_archived", "perform app.refuse_quarantined(agent);", ""],
  ["agents", "app.delete_agent", "perform app.refuse_quarantined(agent);", ""],
  ["agents", "app.create_agent", "perform app.require(caller, 'agents:write');", ""],
  ["agents", "app.create_agent", "settings.max_agents", "settings.max_agents + 9"],
  ["versions", "app.freeze_version", "if old *<> new", "if false"],
  ["versions", "app.freeze_version", "old.published_at := new.published_at;", ""],
  ["versions", "app.freeze_version", "convert_to(new.source,", "convert_to(new.language,"],
  ["versions", "app.write_version", "settings.max_versions", "settings.max_versions + 99"],
  ["versions", "app.publish_version", "if not found", "if false"],
  ["versions", "app.publish_version", "v.agent_id = agent.id and", ""],
  ["runs", "app.delete_agent", "if exists", "if false and exists"],
  ["endings", "app.append_events", "if events::jsonb @?", "if false and events::jsonb @?"],
  ["endings", "app.append_events", "on conflict on constraint run_events_pkey do nothing", ""],
  ["endings", "app.settle", " and r.status = 'running'", ""],
  ["endings", "app.settle", "'run.' || run.status", "'log'"],
  ["endings", "public.append_run_events", " and r.status = 'running'", ""],
  ["endings", "public.settle_run", "if run.status = 'running' then", "if true then"],
  ["endings", "public.settle_run", "in ('queued', 'running')", "in ('queued')"],
  ["endings", "app.cancel_run", "perform app.require((select auth.uid()), 'runs:cancel');", ""],
  ["endings", "app.cancel_run", " and r.owner_id = (select auth.uid())", ""],
  ["endings", "app.cancel_run", "app.is_overdue(run)", "false"],
  ["endings", "app.notice_lost", "app.reap(caller, notice_lost.run_id)", "app.is_overdue(null)"],
  ["starts", "app.startable_agent", "a.owner_id = startable_agent.caller and ", ""],
  [
    "starts",
    "app.startable_agent",
    "perform app.require(startable_agent.caller, 'agents:execute');",
    "",
  ],
  ["starts", "app.startable_agent", "and app.user_can(startable_agent.caller, 'agents:read')", ""],
  ["starts", "app.startable_version", "perform app.refuse_quarantined(agent);", ""],
  ["starts", "app.startable_version", "= 'archived'", "= 'never'"],
  ["starts", "app.startable_version", "if not found", "if false"],
  [
    "starts",
    "app.refuse_over_quota",
    "settings.max_concurrent_runs",
    "settings.max_concurrent_runs + 9",
  ],
  ["starts", "app.replayed_run", "k.owner_id = replayed_run.caller and ", ""],
  [
    "starts",
    "app.replayed_run",
    "earlier.request_hash is distinct from",
    "false and earlier.request_hash is distinct from",
  ],
  ["starts", "app.replayed_run", "k.created_at >= now() - interval '24 hours'", "true"],
  ["starts", "public.start_run", "perform app.reap(start_run.caller);", ""],
  ["starts", "public.find_replay", "perform app.reap(find_replay.caller);", ""],
  ["runs", "app.delete_agent", "and not app.is_overdue(runs)", ""],
  ["sweep", "app.is_overdue", "run.deadline_at < now()", "false"],
  ["sweep", "app.is_overdue", "run.heartbeat_at < now() - interval '20 seconds'", "false"],
  ["sweep", "app.is_overdue", "'20 seconds'", "'18 seconds'"],
  ["sweep", "app.reap", "app.is_overdue(r)", "true"],
  ["sweep", "public.reap_runs", "perform app.forget_idempotency_keys();", ""],
];

const TABLES = ["agents", "agent_versions", "runs", "run_events"];
const CHAPTERS: Readonly<Record<string, string>> = {
  agents: "agents",
  agent_versions: "versions",
  runs: "runs",
  run_events: "events",
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
  ["permissions", "grant execute on function app.user_can to authenticated"],
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

/** Every mutant: of each policy that the catalogue knows, each table's guards, each check. */
export async function listMutants(sql: TransactionSql): Promise<Mutant[]> {
  const policies = await sql<{ table: string; name: string }[]>`
    select tablename as table, policyname as name from pg_policies where schemaname = 'public'
  `;
  return [
    ...policies.flatMap(({ table, name }) => policyMutants(table, name)),
    ...TABLES.flatMap(tableMutants),
    ...STATEMENTS.map(([chapter, statement]) => mutant(chapter, statement)),
    ...EDITS.map(edited),
  ];
}

function policyMutants(table: string, name: string): Mutant[] {
  const chapter = CHAPTERS[table] ?? table;
  const policy = `policy "${name}" on public.${table}`;
  return [
    `drop ${policy}`,
    `alter ${policy} using (true)`,
    `alter ${policy} using (owner_id = (select auth.uid()))`,
    `alter ${policy} using ((select app.can('agents:read')))`,
    `alter ${policy} to public`,
  ].map((statement) => mutant(chapter, statement));
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
  return { name: statement, chapter, apply: (sql) => sql.unsafe(statement) };
}

function edited([chapter, name, from, to]: Edit): Mutant {
  return {
    name: `${name}: ${from} → ${to || "nothing"}`,
    chapter,
    async apply(sql) {
      const [found] = await sql<{ definition: string }[]>`
        select pg_get_functiondef(${name}::regproc) as definition
      `;
      const definition = found?.definition ?? "";
      if (!definition.includes(from)) throw new Error(`${name} has no "${from}"`);
      await sql.unsafe(definition.replaceAll(from, () => to));
    },
  };
}
