import type { TransactionSql } from "postgres";
import { attempt, type Identity } from "./database.ts";

/** What somebody gets who tries: ann's rows, none of them, or a refusal (42501). */
export type Outcome = "sees" | "nothing" | "denied";

/** What may be tried on a table. */
export const OPERATIONS = ["select", "insert", "update", "delete"] as const;

/** Who tries. All rows are ann's. */
export const ACTORS = {
  owner: { role: "authenticated", sub: user("ann") },
  stranger: { role: "authenticated", sub: user("bob") },
  viewer: { role: "authenticated", sub: user("vic") },
  admin: { role: "authenticated", sub: user("amy") },
  anon: { role: "anon" },
  service_role: { role: "service_role" },
} as const satisfies Record<string, Identity>;
type Actor = keyof typeof ACTORS;
type Row = Record<(typeof OPERATIONS)[number], Record<Actor, Outcome>>;

const NOBODY = everybody("denied");
const OWNED: Row = {
  select: {
    owner: "sees",
    stranger: "nothing",
    viewer: "nothing",
    admin: "nothing",
    anon: "denied",
    service_role: "sees",
  },
  insert: NOBODY,
  update: NOBODY,
  delete: NOBODY,
};
const HIDDEN: Row = { select: NOBODY, insert: NOBODY, update: NOBODY, delete: NOBODY };

/** Every table there is, and what everybody may do to it. A table that is not here fails the test. */
export const TABLES: Readonly<Record<string, Row>> = {
  "public.agents": OWNED,
  "public.agent_versions": OWNED,
  "public.runs": OWNED,
  "public.run_events": OWNED,
  "app.idempotency_keys": HIDDEN,
  "app.role_permissions": HIDDEN,
  "app.run_events_YYYY_MM": HIDDEN,
  "app.run_events_default": HIDDEN,
  "app.settings": HIDDEN,
  "app.user_roles": HIDDEN,
};

/** Every right on a table that somebody beside its owner was granted. */
export const GRANTS: Readonly<Record<string, readonly string[]>> = {
  "public.agents": ["authenticated select", "service_role select"],
  "public.agent_versions": ["authenticated select", "service_role select"],
  "public.runs": ["authenticated select", "service_role select"],
  "public.run_events": ["authenticated select", "service_role select"],
};

/** Every function that somebody beside the owner of the schema may execute, and who that is. */
export const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  "app.can(app.permission)": ["authenticated"],
  "app.cancel_run(uuid)": ["authenticated"],
  "app.create_agent(text,text,text,text,text,text,text,text)": ["authenticated"],
  "app.create_version(text,text,text,text,text,boolean,text,text)": ["authenticated"],
  "app.delete_agent(text)": ["authenticated"],
  "app.my_permissions()": ["authenticated"],
  "app.notice_lost(uuid)": ["authenticated"],
  "app.publish_version(text,integer)": ["authenticated"],
  "app.set_agent_archived(text,boolean)": ["authenticated"],
  "app.update_agent(text,text,text)": ["authenticated"],
  "public.append_run_events(uuid,text)": ["service_role"],
  "public.cancel_run(uuid)": ["authenticated"],
  "public.create_agent(text,text,text,text,text,text,text,text)": ["authenticated"],
  "public.create_version(text,text,text,text,text,boolean,text,text)": ["authenticated"],
  "public.delete_agent(text)": ["authenticated"],
  "public.find_program(text,integer)": ["authenticated"],
  "public.find_run(uuid)": ["authenticated"],
  "public.my_permissions()": ["authenticated"],
  "public.publish_version(text,integer)": ["authenticated"],
  "public.reap_runs()": ["service_role"],
  "public.set_agent_archived(text,boolean)": ["authenticated"],
  "public.find_replay(uuid,text,text)": ["service_role"],
  "public.settle_run(uuid,text,text)": ["service_role"],
  "public.start_run(uuid,uuid,text,integer,text,text,text[],text,integer,text,text,text,uuid)": [
    "service_role",
  ],
  "public.update_agent(text,text,text)": ["authenticated"],
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

/** What the catalogue says of rights on tables, in the shape of {@link GRANTS}. */
export async function readGrants(sql: TransactionSql): Promise<Record<string, string[]>> {
  const found = await sql<{ name: string; rights: string[] }[]>`
    select c.relnamespace::regnamespace || '.' || c.relname as name,
      array_agg(concat_ws(' ', role, privilege) order by role, privilege) as rights
    from pg_class as c
    cross join unnest(array['anon', 'authenticated', 'service_role']) as role
    cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
      as privilege
    where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'f') and has_table_privilege(role, c.oid, privilege)
    group by 1
  `;
  return Object.fromEntries(found.map(({ name, rights }) => [name, rights]));
}

/** What the catalogue says of functions: who may execute each, if anybody. */
export async function readFunctions(sql: TransactionSql): Promise<Record<string, string[]>> {
  const found = await sql<{ signature: string; roles: string[] }[]>`
    select p.pronamespace::regnamespace || '.' || p.proname || '('
        || array_to_string(p.proargtypes::regtype[], ',') || ')' as signature,
      array(
        select role from unnest(array['anon', 'authenticated', 'service_role']) as role
        where has_function_privilege(role, p.oid, 'execute')
      ) as roles
    from pg_proc as p
    where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace)
    order by 1
  `;
  return Object.fromEntries(
    found.filter(({ roles }) => roles.length > 0).map(({ signature, roles }) => [signature, roles]),
  );
}

/** Everything that anybody really can do to a table, in the shape of {@link TABLES}. */
export async function probe(sql: TransactionSql, table: string): Promise<Row> {
  const row = structuredClone(HIDDEN);
  for (const operation of OPERATIONS) {
    row[operation] = everybody("denied");
    const statement = await write(sql, operation, table);
    for (const [actor, identity] of Object.entries(ACTORS)) {
      if (!isActor(actor)) continue;
      const done = await attempt(sql, identity, statement);
      row[operation][actor] = outcome(done);
    }
  }
  return row;
}

/** Rows of ann's in every table, and the roles of the cast. */
export async function fillTables(sql: TransactionSql): Promise<void> {
  const cast = Object.keys({ ann: 1, bob: 1, vic: 1, amy: 1 });
  for (const name of cast) await sql`insert into auth.users (id) values (${user(name)})`;
  await sql`
    insert into app.user_roles values (${user("vic")}, 'viewer'), (${user("amy")}, 'admin')
  `;
  const claims = JSON.stringify({ sub: user("ann") });
  await sql`select set_config('request.jwt.claims', ${claims}, true)`;
  await sql`select public.create_agent('weather', '', 'x', 'javascript')`;
  await sql`
    select public.start_run(app.uuid7(), ${
    user("ann")
  }, 'weather', null, '1', 'quickjs', '{}', '{}',
      1000, 'request', 'key', 'hash')
  `;
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

function outcome(done: { count: number } | { code: string }): Outcome {
  if ("code" in done) return done.code === "42501" ? "denied" : "sees";
  return done.count > 0 ? "sees" : "nothing";
}

function everybody(outcome: Outcome): Record<Actor, Outcome> {
  return {
    owner: outcome,
    stranger: outcome,
    viewer: outcome,
    admin: outcome,
    anon: outcome,
    service_role: outcome,
  };
}

function isActor(name: string): name is Actor {
  return Object.hasOwn(ACTORS, name);
}

/** A stable id for a readable name. */
function user(name: string): string {
  const hex = [...new TextEncoder().encode(name)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `00000000-0000-4000-8000-${hex.padStart(12, "0")}`;
}
