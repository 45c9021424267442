import type { TransactionSql } from "postgres";
import type { Identity } from "./database.ts";

/** Who tries. All rows are ann's: an agent that has run, another that has not, and her keys. */
export const ACTORS = {
  owner: { role: "authenticated", sub: user("ann") },
  stranger: { role: "authenticated", sub: user("bob") },
  viewer: { role: "authenticated", sub: user("vic") },
  admin: { role: "authenticated", sub: user("amy") },
  anon: { role: "anon" },
  service_role: { role: "service_role" },
  /** A key of the owner's with every scope that she may give. */
  key: { role: "authenticated", sub: user("ann"), key: user("all") },
  /** One without `agents:read`. */
  blind_key: { role: "authenticated", sub: user("ann"), key: user("blind") },
  /** One that knows only the agent that has not run. */
  single_key: { role: "authenticated", sub: user("ann"), key: user("one") },
  revoked_key: { role: "authenticated", sub: user("ann"), key: user("ended") },
  /** A token of the stranger's that names the owner's key. */
  forged_key: { role: "authenticated", sub: user("bob"), key: user("all") },
} as const satisfies Record<string, Identity>;

/** The name of somebody who tries. */
export type Actor = keyof typeof ACTORS;

/** Whether somebody of this name tries. */
export function isActor(name: string): name is Actor {
  return Object.hasOwn(ACTORS, name);
}

/** The same for each of them. */
export function everybody<Value>(value: Value): Record<Actor, Value> {
  return {
    owner: value,
    stranger: value,
    viewer: value,
    admin: value,
    anon: value,
    service_role: value,
    key: value,
    blind_key: value,
    single_key: value,
    revoked_key: value,
    forged_key: value,
  };
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
  await sql`select public.create_agent('news', '', 'x', 'javascript')`;
  await sql`
    select public.start_run(app.uuid7(), ${
    user("ann")
  }, 'weather', null, '1', 'quickjs', '{}', '{}',
      1000, 'request', 'key', 'hash')
  `;
  await sql`
    select public.begin_tool_call(id, app.uuid7(), 'fetch', 'x', 'null', ${"0".repeat(64)},
      '[{"scope":"run","what":"calls","amount":1,"most":1}]') from public.runs
  `;
  await fillQueue(sql);
  await fillKeys(sql);
  await sql`
    select public.create_secret(app.uuid7(), 'API_KEY', array['api.example.com'], 'k1', 'x', agent_id)
    from unnest(array[null, (select id from public.agents where name = 'news')]) as agent_id
  `;
  await sql`
    select public.put_file(${user("ann")}, name, 'a.txt', 'text/plain', content => '')
    from public.agents
  `;
  await sql`
    select public.create_schedule(agents.name, 'daily', '0 8 * * *') from public.agents
  `;
  await fillHooks(sql);
  await sql`
    with made as (
      insert into public.runners (name, public_id) values ('pi', '0123456789abcdef') returning id
    ) insert into app.runner_secrets select id, sha256('x') from made
  `;
  await sql`
    insert into public.quarantines (kind, target, reason) values ('user', ${user("nobody")}, 'x')
  `;
  await sql`select public.record_security_events('[{"type":"auth_failed","count":10,"address":"a"}]')`;
  await sql`
    select public.keep_evidence(app.uuid7(), 'everything', 'r', now() - interval '1 h', now(), 'm', 's', 's',
      ${user("amy")})
  `;
  await sql`
    insert into public.legal_holds (kind, target, user_id, reason, created_by)
    values ('user', ${user("nobody")}, ${user("nobody")}, 'x', ${user("amy")})
  `;
  await sql`insert into app.expiry_marks (name, after) values ('audit', '1')`;
  await sql`set constraints all immediate`;
  await sql`select public.next_checkpoint()`;
}

/** Two queued runs, one of them claimed, and what became of another. */
async function fillQueue(sql: TransactionSql): Promise<void> {
  await sql`
    select public.enqueue_run(id, ${user("ann")}, 'weather', null, '1', 'request')
    from unnest(array[app.uuid7(), app.uuid7()]) as id
  `;
  await sql`select public.claim_queued_run('edge:test')`;
  await sql`
    select app.bury(runs, 'silent') from public.runs where runs.status = 'running'
  `;
}

/** The keys of the cast, as they would have been made. */
async function fillKeys(sql: TransactionSql): Promise<void> {
  await sql`
    insert into public.api_keys (id, owner_id, name, public_id, scopes, agent_id, revoked_at)
    select made.id, ${user("ann")}, made.id, left(md5(made.id::text), 16),
      case made.id when ${user("blind")} then array['agents:write', 'agents:execute']
        else array['agents:read', 'agents:write', 'agents:execute', 'agents:stream', 'secrets:manage'] end,
      case made.id when ${user("one")} then (select id from public.agents where name = 'news') end,
      case made.id when ${user("ended")} then now() end
    from unnest(${[user("all"), user("blind"), user("one"), user("ended")]}::uuid[]) as made (id)
  `;
  await sql`
    insert into app.api_key_secrets (key_id, secret_hash)
    select id, sha256(convert_to(name, 'UTF8')) from public.api_keys
  `;
}

/** A hook and a webhook of each agent, and what the run's webhook was told. */
async function fillHooks(sql: TransactionSql): Promise<void> {
  await sql`
    select public.create_hook(name, app.uuid7(), 'standard', app.uuid7(), 'k1', 'x')
    from public.agents
  `;
  await sql`
    insert into app.hook_deliveries (hook_id, mark, run_id) select id, 'id 1', id from public.hooks
  `;
  await sql`
    select public.create_webhook(name, app.uuid7(), 'https://example.com/', array['succeeded'],
      app.uuid7(), 'k1', 'x') from public.agents
  `;
  await sql`
    insert into public.webhook_deliveries (webhook_id, owner_id, agent_id, run_id, run_status)
    select w.id, w.owner_id, w.agent_id, r.id, 'succeeded'
    from public.runs as r join public.webhooks as w on w.agent_id = r.agent_id
  `;
}

/** A stable id for a readable name. */
function user(name: string): string {
  const hex = [...new TextEncoder().encode(name)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `00000000-0000-4000-8000-${hex.padStart(12, "0")}`;
}
