import type { TransactionSql } from "postgres";
import { type Actor, ACTORS, everybody, isActor } from "./cast.ts";
import { attempt } from "./database.ts";

/** What somebody gets who tries: all rows, some, none of them, or a refusal (42501). */
export type Outcome = "sees" | "some" | "nothing" | "denied";

/** What may be tried on a table. */
export const OPERATIONS = ["select", "insert", "update", "delete"] as const;

type Row = Record<(typeof OPERATIONS)[number], Record<Actor, Outcome>>;

const NOBODY = everybody<Outcome>("denied");
/** Nobody but its owner reads what is theirs, whatever their own role or key. */
const FOREIGN: Row["select"] = {
  ...everybody<Outcome>("nothing"),
  anon: "denied",
  service_role: "sees",
};
const UNTOUCHED = { insert: NOBODY, update: NOBODY, delete: NOBODY };
/** What its owner sees, and a key of theirs: one of a single agent sees what is that agent's. */
const AGENTS: Row = {
  select: { ...FOREIGN, owner: "sees", key: "sees", single_key: "some" },
  ...UNTOUCHED,
};
/** Not even the service reads what starts runs of agents, or is told of them. */
const TRIGGERS: Row = { select: { ...AGENTS.select, service_role: "denied" }, ...UNTOUCHED };
/** The same of runs. The agent of that key has none. */
const RUNS: Row = { select: { ...FOREIGN, owner: "sees", key: "sees" }, ...UNTOUCHED };
/** A key sees itself, whatever else it may. Not even the service reads keys. */
const KEYS: Row = {
  select: {
    ...FOREIGN,
    service_role: "denied",
    owner: "sees",
    key: "some",
    blind_key: "some",
    single_key: "some",
  },
  ...UNTOUCHED,
};
/** Not even the service reads secrets. One of a single agent is all that its key sees. */
const SECRETS: Row = {
  select: { ...FOREIGN, service_role: "denied", owner: "sees", key: "sees", single_key: "some" },
  ...UNTOUCHED,
};
/** What only administrators see: by `audit:read`, or by `admin`. Not even the service reads it. */
const WATCHED: Row = {
  select: { ...FOREIGN, service_role: "denied", admin: "sees" },
  ...UNTOUCHED,
};
const HIDDEN: Row = { select: NOBODY, ...UNTOUCHED };

/** Every table there is, and what everybody may do to it. A table that is not here fails the test. */
export const TABLES: Readonly<Record<string, Row>> = {
  "public.agents": AGENTS,
  "public.agent_versions": AGENTS,
  "public.runs": RUNS,
  "public.run_events": RUNS,
  "public.tool_calls": { select: { ...RUNS.select, service_role: "denied" }, ...UNTOUCHED },
  "public.api_keys": KEYS,
  "public.secrets": SECRETS,
  "public.schedules": { select: { ...AGENTS.select, service_role: "denied" }, ...UNTOUCHED },
  "public.hooks": TRIGGERS,
  "public.webhooks": TRIGGERS,
  "public.webhook_deliveries": { select: { ...RUNS.select, service_role: "denied" }, ...UNTOUCHED },
  "app.hook_deliveries": HIDDEN,
  "app.signing_secrets": HIDDEN,
  "public.files": { select: { ...AGENTS.select, service_role: "denied" }, ...UNTOUCHED },
  "public.quarantines": WATCHED,
  "public.runners": WATCHED,
  "public.alert_rules": WATCHED,
  "public.alerts": WATCHED,
  "public.audit_log": WATCHED,
  "public.evidence": WATCHED,
  "public.audit_checkpoints": WATCHED,
  "public.retention": WATCHED,
  "public.legal_holds": WATCHED,
  "app.expiry_marks": HIDDEN,
  "public.security_events": WATCHED,
  "app.alert_deliveries": HIDDEN,
  "app.audit_head": HIDDEN,
  "app.audit_pending": HIDDEN,
  "app.blocks": HIDDEN,
  "app.context_key": HIDDEN,
  "app.counters": HIDDEN,
  "app.counts": HIDDEN,
  "app.gauges": HIDDEN,
  "app.metric_batches": HIDDEN,
  "app.rate_windows": HIDDEN,
  "app.strikes": HIDDEN,
  "app.tool_budgets": HIDDEN,
  "app.idempotency_keys": HIDDEN,
  "app.run_queue": HIDDEN,
  "app.queue_turns": HIDDEN,
  "app.run_claims": HIDDEN,
  "app.dead_letters": HIDDEN,
  "app.role_permissions": HIDDEN,
  "app.run_events_YYYY_MM": HIDDEN,
  "app.run_events_default": HIDDEN,
  "app.partitioned": HIDDEN,
  "app.audit_log_YYYY_MM": HIDDEN,
  "app.audit_log_default": HIDDEN,
  "app.security_events_YYYY_MM": HIDDEN,
  "app.security_events_default": HIDDEN,
  "app.tool_calls_YYYY_MM": HIDDEN,
  "app.tool_calls_default": HIDDEN,
  "app.settings": HIDDEN,
  "app.jobs": HIDDEN,
  "app.user_roles": HIDDEN,
  "app.api_key_secrets": HIDDEN,
  "app.runner_secrets": HIDDEN,
  "app.file_objects": HIDDEN,
  "app.secret_values": HIDDEN,
  "app.cpu_usage": HIDDEN,
  "app.role_limits": HIDDEN,
};

/** What the catalogue says of tables: name as in {@link TABLES} to one that stands for it. */
export async function readTables(sql: TransactionSql): Promise<Map<string, string>> {
  const found = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name
    from pg_class as c
    where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not exists (select from pg_depend where objid = c.oid and deptype = 'e')
    order by 1
  `;
  const qualified = found.map(({ name }) => name.includes(".") ? name : `public.${name}`);
  return new Map(qualified.map((name) => [name.replace(/_\d{4}_\d{2}$/, "_YYYY_MM"), name]));
}

/** Everything that anybody really can do to a table, in the shape of {@link TABLES}. */
export async function probe(sql: TransactionSql, table: string): Promise<Row> {
  const row = structuredClone(HIDDEN);
  for (const operation of OPERATIONS) {
    row[operation] = everybody<Outcome>("denied");
    const statement = await write(sql, operation, table);
    const all = await sql.unsafe(`select from ${table}`);
    for (const [actor, identity] of Object.entries(ACTORS)) {
      if (!isActor(actor)) continue;
      const done = await attempt(sql, identity, statement);
      row[operation][actor] = outcome(done, all.count);
    }
  }
  return row;
}

/** A statement that would touch every row there is, if it were allowed. */
async function write(
  sql: TransactionSql,
  operation: (typeof OPERATIONS)[number],
  table: string,
): Promise<string> {
  const [column] = await sql<{ name: string }[]>`
    select quote_ident(attname) as name from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 order by attnum limit 1
  `;
  return {
    select: `select from ${table}`,
    insert: `insert into ${table} default values`,
    update: `update ${table} set ${column?.name} = default`,
    delete: `delete from ${table}`,
  }[operation];
}

function outcome(done: { count: number } | { code: string }, all: number): Outcome {
  if ("code" in done) return done.code === "42501" ? "denied" : "sees";
  if (done.count === 0) return "nothing";
  return done.count < all ? "some" : "sees";
}
