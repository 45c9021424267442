import postgres from "postgres";
import { generateKey } from "../../../supabase/functions/_shared/auth/key.ts";
import { readEnv } from "../../../supabase/functions/_shared/env.ts";
import { prefixedId, uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { createPlatform } from "../../../supabase/functions/_shared/platform.ts";
import { NO_POLICY } from "../../../supabase/functions/_shared/policy/schema.ts";
import { prepareVersion } from "../../../supabase/functions/agents/versions/prepare.ts";
import { becomeQuiet } from "../../background.ts";
import { newAddress, type Person, person, testStack } from "../../stack.ts";

const { limits, prepared } = createPlatform("matrix", readEnv());
const DRAFT = {
  source: "export default () => 1;",
  language: "javascript",
  input_schema: null,
  policy: NO_POLICY,
} as const;

/** A test that waits for what the functions do in the background before it is over. */
export function promise(name: string, keep: () => Promise<void>): void {
  Deno.test(name, async () => {
    await keep();
    await becomeQuiet();
  });
}

/** Names and ids of things, as requests say them. */
export interface Things {
  /** An agent with one version and a run that ended, and is a dead letter. */
  agent: string;
  agentId: string;
  /** An agent without runs. */
  idle: string;
  /** A name that nobody has. */
  fresh: string;
  run: string;
  /** A tool call of that run that waits for its owner. */
  call: string;
  /** What no policy can exceed, as it is. */
  ceiling: unknown;
  key: string;
  /** A secret of the agent that has run. */
  secret: string;
  /** A hook and a webhook of the agent, and what that was told. */
  hook: string;
  webhook: string;
  delivery: string;
  user: string;
  /** A user who may be erased. */
  doomed: string;
  alert: string;
  rule: string;
  address: string;
  quarantine: string;
  hold: string;
  /** A runner that pulls. */
  runner: string;
  evidence: string;
}

/** The operator's, as it is: whoever may set it sets it to the same, since other tests rely on it. */
const CEILING = await readCeiling();

/** Well-formed names of things that do not exist. */
export function missing(): Things {
  const id = uuid7();
  return {
    agent: nameOf(id),
    agentId: prefixedId("agent").of(id),
    idle: nameOf(id),
    fresh: nameOf(id),
    run: prefixedId("run").of(id),
    call: id,
    ceiling: CEILING,
    key: prefixedId("key").of(id),
    secret: prefixedId("secret").of(id),
    hook: prefixedId("hook").of(id),
    webhook: prefixedId("webhook").of(id),
    delivery: prefixedId("delivery").of(id),
    user: crypto.randomUUID(),
    doomed: crypto.randomUUID(),
    alert: prefixedId("alert").of(id),
    rule: "no_such_rule",
    address: "fd00:1:2:3::/64",
    quarantine: prefixedId("quarantine").of(id),
    hold: prefixedId("hold").of(id),
    runner: prefixedId("runner").of(id),
    evidence: prefixedId("evidence").of(id),
  };
}

/** A connection as the database's superuser, to put things into place without asking anybody. */
export function operator(): postgres.Sql & AsyncDisposable {
  const sql = postgres(testStack().adminUrl, { max: 2, onnotice: () => {} });
  return Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end() });
}

/** Somebody new in a role. */
export async function inRole(sql: postgres.Sql, role: string): Promise<Person> {
  const somebody = await person(role);
  await sql`insert into app.user_roles (user_id, role) values (${somebody.id}, ${role})`;
  return somebody;
}

/** A key of somebody's, whatever they may, perhaps for one agent; the key itself, and its id. */
export async function plantKey(
  sql: postgres.Sql,
  ownerId: string,
  scopes: readonly string[],
  agentId: string | null = null,
): Promise<{ key: string; id: string }> {
  const { key, publicId, secretHash } = await generateKey("test");
  const id = uuid7();
  await sql`
    insert into public.api_keys (id, owner_id, name, public_id, scopes, agent_id)
    values (${id}, ${ownerId}, 'planted', ${publicId}, ${sql.array([...scopes])}, ${agentId})`;
  await sql`
    insert into app.api_key_secrets (key_id, secret_hash)
    values (${id}, decode(${secretHash}, 'hex'))`;
  return { key, id };
}

async function plantAgent(
  sql: postgres.Sql,
  ownerId: string,
): Promise<{ id: string; name: string }> {
  const id = uuid7();
  const name = nameOf(id);
  await sql`insert into public.agents (id, owner_id, name) values (${id}, ${ownerId}, ${name})`;
  const { version: { source, language, program, seal } } = await prepareVersion(DRAFT, prepared);
  await sql`
    insert into public.agent_versions (agent_id, owner_id, version, source, language, program, seal)
    values (${id}, ${ownerId}, 1, ${source}, ${language}, ${program}, ${seal})`;
  await sql`
    insert into public.schedules (owner_id, agent_id, name, cron, time_zone, enabled)
    values (${ownerId}, ${id}, 'planted', '0 0 * * *', 'UTC', false)`;
  await sql`
    insert into public.files (owner_id, agent_id, path, bytes, type, sha256, content)
    values (${ownerId}, ${id}, 'planted.txt', 0, 'text/plain', ${"0".repeat(64)}, '')`;
  return { id, name };
}

async function plantRun(sql: postgres.Sql, ownerId: string, agent: { id: string; name: string }) {
  const id = uuid7();
  const counts = { wall_ms: 1, cpu_ms: 1, memory_bytes: 1, output_bytes: 1, log_bytes: 1 };
  const limits = { ...counts, events: 1, tool_calls: 1, tool_concurrency: 1, tool_bytes: 1 };
  await sql`
    insert into public.runs (id, owner_id, agent_id, agent_name, version_id, version, status,
      input, engine, layers, limits, request_id, ended_at)
    values (${id}, ${ownerId}, ${agent.id}, ${agent.name}, ${uuid7()}, 1, 'succeeded',
      'null', 'test', '{}', ${sql.json(limits)}, 'r', now())`;
  await sql`
    insert into public.run_events (run_id, owner_id, seq, type, at, data)
    values (${id}, ${ownerId}, 1, 'run.started', now(), '{}'),
      (${id}, ${ownerId}, 2, 'run.succeeded', now(), '{}')`;
  await sql`
    insert into app.dead_letters (run_id, owner_id, agent_id, agent_name, attempts, reason)
    values (${id}, ${ownerId}, ${agent.id}, ${agent.name}, 5, 'planted')`;
  return id;
}

/** A secret whose value does not open, by the key that the stack has. */
async function plantSecret(sql: postgres.Sql, ownerId: string, agentId: string): Promise<string> {
  const id = uuid7();
  await sql`
    insert into public.secrets (id, owner_id, agent_id, name, hosts)
    values (${id}, ${ownerId}, ${agentId}, 'PLANTED', array['api.example.com'])`;
  await sql`
    insert into app.secret_values (secret_id, version, kid, sealed)
    values (${id}, 1, 'local', 'planted')`;
  return id;
}

/** A hook and a webhook, and one delivery: nobody holds their secrets. */
async function plantHooks(sql: postgres.Sql, agentId: string, runId: string) {
  const [hook, webhook, delivery] = [uuid7(), uuid7(), uuid7()];
  await sql`
    insert into public.hooks (id, owner_id, agent_id, kind)
    select ${hook}, a.owner_id, a.id, 'standard' from public.agents as a where a.id = ${agentId}`;
  await sql`
    insert into public.webhooks (id, owner_id, agent_id, url, statuses)
    select ${webhook}, a.owner_id, a.id, 'https://hooks.invalid/', '{failed}'
    from public.agents as a where a.id = ${agentId}`;
  await sql`
    insert into public.webhook_deliveries (id, webhook_id, owner_id, agent_id, run_id, run_status,
      delivered_at)
    select ${delivery}, ${webhook}, a.owner_id, a.id, ${runId}, 'succeeded', now()
    from public.agents as a where a.id = ${agentId}`;
  return {
    hook: prefixedId("hook").of(hook),
    webhook: prefixedId("webhook").of(webhook),
    delivery: prefixedId("delivery").of(delivery),
  };
}

async function plantCall(sql: postgres.Sql, runId: string): Promise<string> {
  const id = uuid7();
  await sql`
    insert into public.tool_calls (id, run_id, owner_id, agent_id, agent_name, seq, tool, target,
      args_hash, verdict, deadline_at)
    select ${id}, r.id, r.owner_id, r.agent_id, r.agent_name, 1, 'search', 'planted',
      ${"0".repeat(64)}, 'waiting', now() + interval '1 hour'
    from public.runs as r where r.id = ${runId}`;
  return id;
}

async function readCeiling(): Promise<unknown> {
  await using sql = operator();
  const [settings] = await sql<{ tool_ceiling: unknown }[]>`select tool_ceiling from app.settings`;
  return settings?.tool_ceiling;
}

/** Things of somebody's. What is the operator's is put into place where it is asked for. */
export async function plant(
  sql: postgres.Sql,
  ownerId: string,
  shared: Pick<
    Things,
    "user" | "doomed" | "alert" | "rule" | "address" | "quarantine" | "hold" | "runner" | "evidence"
  >,
): Promise<Things> {
  const [agent, idle] = [await plantAgent(sql, ownerId), await plantAgent(sql, ownerId)];
  const run = await plantRun(sql, ownerId, agent);
  const { id: key } = await plantKey(sql, ownerId, ["agents:read"]);
  const secret = await plantSecret(sql, ownerId, agent.id);
  return {
    ...shared,
    agent: agent.name,
    agentId: prefixedId("agent").of(agent.id),
    idle: idle.name,
    fresh: nameOf(uuid7()),
    run: prefixedId("run").of(run),
    call: await plantCall(sql, run),
    ceiling: CEILING,
    key: prefixedId("key").of(key),
    secret: prefixedId("secret").of(secret),
    ...await plantHooks(sql, agent.id, run),
  };
}

/** An alert, a quarantine, a hold, a runner, a block and a user that nothing else hangs on. */
export async function plantShared(sql: postgres.Sql, userId: string, evidence: string) {
  const [alert, quarantine, hold, runner, target] = [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()];
  const doomed = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${doomed})`;
  await sql`
    insert into public.alerts (id, rule, type, subject, count, threshold, window_s, first_at, at)
    values (${alert}, 'anomaly', 'anomaly', ${userId}, 1, 1, 3600, now(), now())`;
  await sql`
    insert into public.quarantines (id, kind, target, reason)
    values (${quarantine}, 'key', ${target}, 'planted')`;
  await sql`
    insert into public.legal_holds (id, kind, target, user_id, reason, created_by)
    values (${hold}, 'user', ${target}, ${target}, 'planted', ${userId})`;
  await sql`
    insert into public.runners (id, name, public_id)
    values (${runner}, 'planted', ${runner.replaceAll("-", "").slice(-16)})`;
  await sql`select public.next_checkpoint()`;
  return {
    user: userId,
    doomed,
    alert: prefixedId("alert").of(alert),
    rule: "anomaly",
    address: await plantBlock(),
    quarantine: prefixedId("quarantine").of(quarantine),
    hold: prefixedId("hold").of(hold),
    runner: prefixedId("runner").of(runner),
    evidence,
  };
}

async function plantBlock(): Promise<string> {
  const address = newAddress().replace(/::1$/, "::/64");
  for (let strikes = 0; strikes < 10; strikes++) await limits.strike(address, "auth_failed");
  return address;
}

/** The UUID in an id as callers see it. */
export function uuidOf(wire: string): string {
  const hex = wire.slice(wire.indexOf("_") + 1);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function nameOf(id: string): string {
  return `a${id.replaceAll("-", "")}`;
}
