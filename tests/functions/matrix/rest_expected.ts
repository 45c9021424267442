/**
 * Who sees and calls what around the functions: every table and function of the Data API. It is
 * longer than 300 lines because it is one table, which is read as a whole.
 */
import { uuid7 } from "../../../supabase/functions/_shared/ids.ts";
import { type Things, uuidOf } from "./cast.ts";

/** Whose rows a table holds, and what one needs to see them over the Data API. */
export interface ExpectedTable {
  needs: string;
  /** `own`: everybody sees their own rows. `shared`: who may see any sees all. */
  rows: "own" | "shared";
}

/** Every table that the Data API exposes. One that is missing here fails the test. */
export const TABLES: Readonly<Record<string, ExpectedTable>> = {
  agents: { needs: "agents:read", rows: "own" },
  agent_versions: { needs: "agents:read", rows: "own" },
  runs: { needs: "agents:read", rows: "own" },
  run_events: { needs: "agents:read", rows: "own" },
  tool_calls: { needs: "agents:read", rows: "own" },
  api_keys: { needs: "keys:manage", rows: "own" },
  secrets: { needs: "secrets:manage", rows: "own" },
  schedules: { needs: "agents:read", rows: "own" },
  files: { needs: "agents:read", rows: "own" },
  hooks: { needs: "agents:read", rows: "own" },
  webhooks: { needs: "agents:read", rows: "own" },
  webhook_deliveries: { needs: "agents:read", rows: "own" },
  quarantines: { needs: "admin", rows: "shared" },
  runners: { needs: "admin", rows: "shared" },
  evidence: { needs: "admin", rows: "shared" },
  retention: { needs: "admin", rows: "shared" },
  legal_holds: { needs: "admin", rows: "shared" },
  audit_checkpoints: { needs: "audit:read", rows: "shared" },
  audit_log: { needs: "audit:read", rows: "shared" },
  security_events: { needs: "audit:read", rows: "shared" },
  alerts: { needs: "audit:read", rows: "shared" },
  alert_rules: { needs: "audit:read", rows: "shared" },
};

/** What a function asks of who calls it over the Data API, and with which arguments it is tried. */
export interface ExpectedFunction {
  /** One of these; nothing where a token is enough. */
  needs: readonly string[];
  /** Set where all of them are needed. */
  all?: true;
  /** What comes of it for who lacks that: a refusal, or as little as there is. */
  lacking?: "forbidden" | "nothing";
  /** Set where an argument names something that is somebody's. */
  names?: "own" | "shared";
  /** Set where a person has to be there: no API key may, whatever its scopes. */
  session?: true;
  /** Set where our functions alone may call: around them, nobody may. */
  ours?: true;
  args(things: Things): Record<string, unknown>;
}

const HASH = "a".repeat(64);
const LOCKED = { hosts: ["api.example.com"], kid: "local", sealed: "x" };
const HOOKS = { needs: ["agents:write", "agents:execute"], all: true, names: "own" } as const;
const WEBHOOKS = { ...HOOKS, needs: ["agents:read", ...HOOKS.needs] } as const;
const SOURCE = { source: "export default () => 1;", language: "javascript" };

/** Every function that a user's token may call. */
export const FUNCTIONS: Readonly<Record<string, ExpectedFunction>> = {
  my_permissions: { needs: [], args: () => ({}) },
  my_access: { needs: [], args: () => ({}) },
  my_usage: { needs: [], args: () => ({}) },
  usage_by_day: { needs: ["agents:read"], args: () => ({}) },
  queue_overview: { needs: ["admin"], args: () => ({}) },
  list_dead_letters: { needs: ["admin"], args: () => ({}) },
  replay_dead_letter: { needs: ["admin"], args: ({ run }) => ({ run_id: uuidOf(run) }) },
  require_permission: { needs: ["agents:write"], args: () => ({ permission: "agents:write" }) },
  create_agent: {
    needs: ["agents:write"],
    args: ({ fresh }) => ({ name: fresh, description: "", ...SOURCE }),
  },
  update_agent: {
    needs: ["agents:write"],
    names: "own",
    args: ({ agent }) => ({ name: agent, description: "changed" }),
  },
  set_agent_archived: {
    needs: ["agents:write"],
    names: "own",
    args: ({ agent }) => ({ name: agent, archived: true }),
  },
  delete_agent: { needs: ["agents:write"], names: "own", args: ({ idle }) => ({ name: idle }) },
  publish_version: {
    needs: ["agents:write"],
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, version: 1 }),
  },
  approve_version: {
    needs: ["agents:write"],
    session: true,
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, version: 1 }),
  },
  create_version: {
    needs: ["agents:write"],
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, ...SOURCE }),
  },
  find_program: {
    needs: ["agents:execute", "agents:read"],
    lacking: "nothing",
    names: "own",
    args: ({ agent }) => ({ agent_name: agent }),
  },
  read_file: {
    needs: ["agents:read"],
    lacking: "nothing",
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, path: "planted.txt" }),
  },
  remove_file: {
    needs: ["agents:write"],
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, path: "planted.txt" }),
  },
  find_run: {
    needs: ["agents:read"],
    lacking: "nothing",
    names: "own",
    args: ({ run }) => ({ run_id: uuidOf(run) }),
  },
  cancel_run: {
    needs: ["runs:cancel"],
    names: "own",
    args: ({ run }) => ({ run_id: uuidOf(run) }),
  },
  decide_tool_call: {
    needs: ["agents:execute"],
    session: true,
    names: "own",
    args: ({ call }) => ({ call_id: call, approve: true }),
  },
  create_key: {
    needs: ["keys:manage"],
    args: () => ({
      name: "around",
      scopes: ["agents:read"],
      public_id: crypto.randomUUID().replaceAll("-", "").slice(0, 16),
      secret_hash: HASH,
    }),
  },
  rotate_key: {
    needs: ["keys:manage"],
    names: "own",
    args: ({ key }) => ({
      key_id: uuidOf(key),
      public_id: crypto.randomUUID().replaceAll("-", "").slice(0, 16),
      secret_hash: HASH,
    }),
  },
  revoke_key: {
    needs: ["keys:manage"],
    names: "own",
    args: ({ key }) => ({ key_id: uuidOf(key) }),
  },
  create_schedule: {
    needs: ["agents:write", "agents:execute"],
    all: true,
    names: "own",
    args: ({ agent, fresh }) => ({ agent_name: agent, name: fresh, cron: "0 0 * * *" }),
  },
  update_schedule: {
    needs: ["agents:write", "agents:execute"],
    all: true,
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, schedule_name: "planted", missed: "once" }),
  },
  delete_schedule: {
    needs: ["agents:write", "agents:execute"],
    all: true,
    names: "own",
    args: ({ agent }) => ({ agent_name: agent, schedule_name: "planted" }),
  },
  preview_schedule: { needs: ["agents:read"], args: () => ({ cron: "0 0 * * *" }) },
  draft_secret: {
    needs: ["secrets:manage"],
    names: "own",
    args: ({ agent }) => ({ agent_name: agent }),
  },
  create_secret: {
    needs: ["secrets:manage"],
    ours: true,
    names: "own",
    args: ({ agentId }) => ({
      secret_id: crypto.randomUUID(),
      name: "AROUND",
      agent_id: uuidOf(agentId),
      ...LOCKED,
    }),
  },
  replace_secret: {
    needs: ["secrets:manage"],
    ours: true,
    names: "own",
    args: ({ secret }) => ({ secret_id: uuidOf(secret), version: 2, ...LOCKED }),
  },
  delete_secret: {
    needs: ["secrets:manage"],
    names: "own",
    args: ({ secret }) => ({ secret_id: uuidOf(secret) }),
  },
  draft_hook: { ...HOOKS, args: ({ agent }) => ({ agent_name: agent }) },
  create_hook: {
    ...HOOKS,
    ours: true,
    args: ({ agent }) => ({
      ...{ agent_name: agent, hook_id: uuid7(), kind: "standard" },
      ...{ secret_id: crypto.randomUUID(), kid: "local", sealed: "x" },
    }),
  },
  change_hook: {
    ...HOOKS,
    args: ({ agent, hook }) => ({ agent_name: agent, hook_id: uuidOf(hook), enabled: true }),
  },
  rotate_hook: {
    ...HOOKS,
    ours: true,
    args: ({ agent, hook }) => ({
      ...{ agent_name: agent, hook_id: uuidOf(hook), version: 2 },
      ...{ secret_id: crypto.randomUUID(), kid: "local", sealed: "x" },
    }),
  },
  delete_hook: {
    ...HOOKS,
    args: ({ agent, hook }) => ({ agent_name: agent, hook_id: uuidOf(hook) }),
  },
  draft_webhook: { ...WEBHOOKS, args: ({ agent }) => ({ agent_name: agent }) },
  create_webhook: {
    ...WEBHOOKS,
    ours: true,
    args: ({ agent }) => ({
      ...{ agent_name: agent, webhook_id: uuid7(), url: "https://example.com/" },
      ...{ statuses: ["failed"], secret_id: crypto.randomUUID(), kid: "local", sealed: "x" },
    }),
  },
  change_webhook: {
    ...WEBHOOKS,
    args: ({ agent, webhook }) => ({
      ...{ agent_name: agent, webhook_id: uuidOf(webhook), enabled: true },
    }),
  },
  rotate_webhook: {
    ...WEBHOOKS,
    ours: true,
    args: ({ agent, webhook }) => ({
      ...{ agent_name: agent, webhook_id: uuidOf(webhook), version: 2 },
      ...{ secret_id: crypto.randomUUID(), kid: "local", sealed: "x" },
    }),
  },
  delete_webhook: {
    ...WEBHOOKS,
    args: ({ agent, webhook }) => ({ agent_name: agent, webhook_id: uuidOf(webhook) }),
  },
  redeliver: {
    ...WEBHOOKS,
    args: ({ agent, webhook, delivery }) => ({
      ...{ agent_name: agent, webhook_id: uuidOf(webhook), delivery_id: uuidOf(delivery) },
    }),
  },
  erase_user: {
    needs: ["admin"],
    names: "shared",
    session: true,
    args: ({ doomed }) => ({ user_id: doomed }),
  },
  export_personal_data: { needs: ["agents:read"], session: true, args: () => ({}) },
  list_users: { needs: ["admin"], args: () => ({ max: 1 }) },
  find_user: { needs: ["admin"], names: "shared", args: ({ user }) => ({ user_id: user }) },
  set_role: {
    needs: ["admin"],
    names: "shared",
    args: ({ user }) => ({ user_id: user, new_role: "viewer" }),
  },
  quarantine: {
    needs: ["admin"],
    names: "shared",
    args: ({ agentId }) => ({ kind: "agent", target: uuidOf(agentId), reason: "why" }),
  },
  create_runner: {
    needs: ["admin"],
    session: true,
    args: () => ({
      name: "around",
      public_id: crypto.randomUUID().replaceAll("-", "").slice(0, 16),
      secret_hash: HASH,
    }),
  },
  revoke_runner: {
    needs: ["admin"],
    names: "shared",
    args: ({ runner }) => ({ runner_id: uuidOf(runner) }),
  },
  release_quarantine: {
    needs: ["admin"],
    names: "shared",
    args: ({ quarantine }) => ({ quarantine_id: uuidOf(quarantine) }),
  },
  hold: {
    needs: ["admin"],
    names: "shared",
    session: true,
    args: ({ user }) => ({ kind: "user", target: user, reason: "why" }),
  },
  release_hold: {
    needs: ["admin"],
    names: "shared",
    session: true,
    args: ({ hold }) => ({ hold_id: uuidOf(hold) }),
  },
  set_retention: { needs: ["admin"], args: () => ({ kind: "runs", keep_days: 365 }) },
  run_retention: { needs: ["admin"], args: () => ({ dry_run: true, kind: "dead_letters" }) },
  tool_ceiling: { needs: ["admin"], args: () => ({}) },
  set_tool_ceiling: {
    needs: ["admin"],
    args: ({ ceiling }) => ({ policy: JSON.stringify(ceiling) }),
  },
  verify_audit_chain: { needs: ["audit:read"], args: () => ({}) },
  read_metrics: { needs: ["metrics:read"], args: () => ({}) },
  audit_note: {
    needs: ["audit:read"],
    args: () => ({ action: "audit.exported", resource_type: "audit_log", resource_id: "x" }),
  },
  acknowledge_alert: {
    needs: ["admin"],
    names: "shared",
    args: ({ alert }) => ({ alert_id: uuidOf(alert) }),
  },
  set_alert_rule: {
    needs: ["admin"],
    names: "shared",
    args: ({ rule }) => ({ name: rule, threshold: 1 }),
  },
  collect_evidence: {
    needs: ["admin"],
    args: ({ agentId }) => ({
      kind: "agent",
      target: uuidOf(agentId),
      since: "2026-01-01T00:00:00Z",
      until: "2199-01-01T00:00:00Z",
    }),
  },
};

/** Every function that the service alone may call. */
export const SERVICE: readonly string[] = [
  "accept_hook",
  "announce_object",
  "append_run_events",
  "asked_grants",
  "authenticate_key",
  "authenticate_runner",
  "begin_queued_run",
  "begin_tool_call",
  "claim_alert_deliveries",
  "claim_garbage",
  "claim_queued_run",
  "claim_webhook_deliveries",
  "collect_metrics",
  "context_key",
  "detect_anomalies",
  "end_tool_call",
  "enqueue_run",
  "find_block",
  "find_hook",
  "find_identity_user",
  "find_replay",
  "find_source",
  "find_tool_run",
  "forget_objects",
  "keep_evidence",
  "lift_block",
  "list_blocks",
  "list_run_files",
  "list_stale_secrets",
  "mark_unopened",
  "next_checkpoint",
  "ping",
  "put_file",
  "read_run_files",
  "reap_runs",
  "record_metrics",
  "record_security_events",
  "release_queued_run",
  "remove_run_file",
  "reseal_secret",
  "reveal_secret",
  "runner_append_events",
  "runner_begin_run",
  "runner_claim_run",
  "runner_release_run",
  "runner_settle_run",
  "settle_alert_delivery",
  "settle_run",
  "settle_webhook_delivery",
  "sign_checkpoint",
  "start_run",
  "strike_address",
  "take_tokens",
  "write_run_files",
];
