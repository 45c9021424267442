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
  api_keys: { needs: "keys:manage", rows: "own" },
  quarantines: { needs: "admin", rows: "shared" },
  evidence: { needs: "admin", rows: "shared" },
  audit_log: { needs: "audit:read", rows: "shared" },
  security_events: { needs: "audit:read", rows: "shared" },
  alerts: { needs: "audit:read", rows: "shared" },
  alert_rules: { needs: "audit:read", rows: "shared" },
};

/** What a function asks of who calls it over the Data API, and with which arguments it is tried. */
export interface ExpectedFunction {
  /** One of these; nothing where a token is enough. */
  needs: readonly string[];
  /** What comes of it for who lacks that: a refusal, or as little as there is. */
  lacking?: "forbidden" | "nothing";
  /** Set where an argument names something that is somebody's. */
  names?: "own" | "shared";
  args(things: Things): Record<string, unknown>;
}

const HASH = "a".repeat(64);
const SOURCE = { source: "export default () => 1;", language: "javascript" };

/** Every function that a user's token may call. */
export const FUNCTIONS: Readonly<Record<string, ExpectedFunction>> = {
  my_permissions: { needs: [], args: () => ({}) },
  my_access: { needs: [], args: () => ({}) },
  my_usage: { needs: [], args: () => ({}) },
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
  release_quarantine: {
    needs: ["admin"],
    names: "shared",
    args: ({ quarantine }) => ({ quarantine_id: uuidOf(quarantine) }),
  },
  verify_audit_chain: { needs: ["audit:read"], args: () => ({}) },
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
  "append_run_events",
  "authenticate_key",
  "claim_alert_deliveries",
  "context_key",
  "detect_anomalies",
  "find_block",
  "find_identity_user",
  "find_replay",
  "keep_evidence",
  "lift_block",
  "list_blocks",
  "reap_runs",
  "record_security_events",
  "settle_alert_delivery",
  "settle_run",
  "start_run",
  "strike_address",
  "take_tokens",
];
