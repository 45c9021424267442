import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Everything a caller can be told went wrong: stable code → status and title. */
export const FAULTS = {
  invalid_request: [400, "The request does not match its schema"],
  invalid_json: [400, "The body is not valid JSON"],
  invalid_cursor: [400, "The cursor is not one that this list handed out"],
  unauthenticated: [401, "The request carries no credentials"],
  token_expired: [401, "The access token has expired"],
  token_invalid: [401, "The access token is not valid here"],
  key_invalid: [401, "The API key is not valid here"],
  key_expired: [401, "The API key has expired"],
  key_revoked: [401, "The API key has been revoked"],
  session_revoked: [401, "The session has ended"],
  signature_invalid: [401, "The request is not signed as this address wants it"],
  forbidden: [403, "The caller's role does not allow this"],
  mfa_required: [403, "This needs a session with a second factor"],
  not_found: [404, "There is no such resource"],
  method_not_allowed: [405, "The resource does not know this method"],
  name_taken: [409, "Another agent of the caller has this name"],
  too_many_agents: [
    409,
    "The caller has as many agents as the operator allows",
  ],
  too_many_versions: [
    409,
    "The agent has as many versions as the operator allows",
  ],
  agent_archived: [409, "The agent is archived"],
  version_unapproved: [409, "The version wants more than the one before, and nobody approved it"],
  run_ended: [409, "The run has ended"],
  approval_over: [409, "Nobody is asked about this tool call any more"],
  agent_busy: [409, "A run of the agent has not ended yet"],
  too_many_keys: [409, "The caller has as many API keys as the operator allows"],
  secret_taken: [409, "The caller has a secret of this name there already"],
  secret_changed: [409, "The secret was changed meanwhile"],
  made_by_other_key: [409, "Another API key made this, or changed it last"],
  schedule_taken: [409, "The agent has a schedule of this name already"],
  too_many_schedules: [409, "The caller has as many schedules as the operator allows"],
  too_many_hooks: [409, "The agent has as many hooks as the operator allows"],
  too_many_webhooks: [409, "The agent has as many webhooks as the operator allows"],
  webhook_disabled: [409, "The webhook is switched off"],
  too_many_secrets: [409, "The caller has as many secrets as the operator allows"],
  user_busy: [409, "A run of the user has not ended yet, or there is more to erase: ask again"],
  last_admin: [409, "There would be no administrator left"],
  already_quarantined: [409, "This is quarantined already"],
  not_quarantined: [409, "This is not quarantined any more"],
  held: [409, "An administrator keeps this from being deleted or overwritten"],
  already_held: [409, "This is held already"],
  not_held: [409, "This is not held any more"],
  workspace_full: [409, "The workspace has as many files, or as many bytes, as it may have"],
  file_conflict: [409, "A part of the path is a file itself, or there are files below it"],
  verification_in_progress: [409, "Another verification has not ended yet"],
  claim_lost: [409, "Somebody else has this run by now, or it has ended"],
  already_replayed: [409, "This dead letter was replayed already"],
  run_in_progress: [409, "The run with this idempotency key has not ended yet"],
  file_changed: [412, "The file is not any more what the caller took it for"],
  body_too_large: [413, "The body is larger than this route accepts"],
  evidence_too_large: [413, "The evidence is larger than one bundle may be"],
  unsupported_media_type: [415, "The body must be application/json"],
  file_refused: [422, "The file is of no type that is kept here, or its name says another one"],
  file_infected: [422, "The file holds malware, or what is taken for it"],
  invalid_source: [422, "The source cannot run as an agent"],
  invalid_input_schema: [
    422,
    "The input schema is not one that can be checked",
  ],
  invalid_input: [422, "The input does not match the agent's input schema"],
  idempotency_key_reused: [
    422,
    "The idempotency key came with another request before",
  ],
  agent_quarantined: [423, "The agent is quarantined"],
  key_quarantined: [423, "The API key is quarantined"],
  user_quarantined: [423, "The user is quarantined"],
  execution_suspended: [423, "An administrator has suspended all execution"],
  rate_limited: [429, "The caller has spent the budget for now"],
  address_blocked: [429, "Too much went wrong from this address: it is blocked for now"],
  tool_budget_spent: [429, "What may be spent on the tool is spent"],
  queue_full: [429, "The caller has as many queued runs as the operator allows"],
  hook_throttled: [429, "The owner of the hook has spent the budget for now"],
  cpu_budget_spent: [429, "The caller has spent the CPU time of the day"],
  too_many_runs: [
    429,
    "The caller has as many runs at once as the operator allows",
  ],
  internal: [500, "Something failed on our side"],
  api_keys_unavailable: [501, "This deployment has no signing key, and so no API keys"],
  secrets_unavailable: [501, "This deployment has no key for secrets"],
  signing_key_missing: [501, "This deployment has no signing key"],
  llm_unavailable: [501, "This deployment has no language model"],
  draft_failed: [502, "The language model gave nothing that is a draft"],
  scanner_unavailable: [503, "The malware scanner cannot be reached"],
  storage_unavailable: [503, "The object storage cannot be reached"],
  engine_busy: [503, "Every sandbox is busy"],
  engine_unavailable: [503, "The sandbox cannot be reached"],
  limiter_unavailable: [503, "The rate limiter cannot be reached"],
  collector_unavailable: [503, "The OpenTelemetry collector cannot be reached"],
  database_unavailable: [503, "The database cannot be reached"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

/** A stable code from the closed table. */
export type FaultCode = keyof typeof FAULTS;

/** One thing that is wrong with the request: where, and what. */
export interface FaultItem {
  code: string;
  message: string;
  /** A path into the body such as `input.city`. */
  path?: string;
  line?: number;
  column?: number;
}

/** What a fault may say beside its code. */
export interface FaultOptions extends ErrorOptions {
  items?: readonly FaultItem[];
  /** Seconds until another try can succeed. */
  retryAfter?: number;
}

/** An expected failure. `detail` and `items` reach the caller; `cause` reaches only the log. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly items: readonly FaultItem[];
  readonly retryAfter: number | undefined;

  constructor(readonly code: FaultCode, readonly detail?: string, options: FaultOptions = {}) {
    super(detail ?? FAULTS[code][1], options);
    this.items = options.items ?? [];
    this.retryAfter = options.retryAfter;
  }
}

/** Whether a text is a code of the table: the database speaks them too. */
export function isFaultCode(text: string): text is FaultCode {
  return Object.hasOwn(FAULTS, text);
}
