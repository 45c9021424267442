/**
 * What the wire carries, and every route that users and their programs may call. `deno task gen`
 * writes this file from the OpenAPI document; nobody else does.
 *
 * @module
 */

/** One page of a list; `next_cursor` is null on the last one. */
export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** Bytes as they are sent. */
export type Bytes = Blob | ArrayBuffer | Uint8Array | string;

/** A stable code of a refusal: docs/errors.md says what each means. */
export type FaultCode =
  | "invalid_request"
  | "invalid_json"
  | "invalid_cursor"
  | "unauthenticated"
  | "token_expired"
  | "token_invalid"
  | "key_invalid"
  | "key_expired"
  | "key_revoked"
  | "session_revoked"
  | "signature_invalid"
  | "forbidden"
  | "mfa_required"
  | "not_found"
  | "method_not_allowed"
  | "name_taken"
  | "too_many_agents"
  | "too_many_versions"
  | "agent_archived"
  | "version_unapproved"
  | "run_ended"
  | "approval_over"
  | "agent_busy"
  | "too_many_keys"
  | "secret_taken"
  | "secret_changed"
  | "made_by_other_key"
  | "schedule_taken"
  | "too_many_schedules"
  | "too_many_hooks"
  | "too_many_webhooks"
  | "webhook_disabled"
  | "too_many_secrets"
  | "user_busy"
  | "last_admin"
  | "already_quarantined"
  | "not_quarantined"
  | "held"
  | "already_held"
  | "not_held"
  | "workspace_full"
  | "file_conflict"
  | "verification_in_progress"
  | "claim_lost"
  | "already_replayed"
  | "run_in_progress"
  | "file_changed"
  | "body_too_large"
  | "evidence_too_large"
  | "unsupported_media_type"
  | "file_refused"
  | "file_infected"
  | "invalid_source"
  | "invalid_input_schema"
  | "invalid_input"
  | "idempotency_key_reused"
  | "agent_quarantined"
  | "key_quarantined"
  | "user_quarantined"
  | "execution_suspended"
  | "rate_limited"
  | "address_blocked"
  | "tool_budget_spent"
  | "queue_full"
  | "hook_throttled"
  | "cpu_budget_spent"
  | "too_many_runs"
  | "internal"
  | "api_keys_unavailable"
  | "secrets_unavailable"
  | "signing_key_missing"
  | "llm_unavailable"
  | "draft_failed"
  | "scanner_unavailable"
  | "storage_unavailable"
  | "engine_busy"
  | "engine_unavailable"
  | "limiter_unavailable"
  | "collector_unavailable"
  | "database_unavailable";

/** Routes that answer JSON: method, then path. */
export interface Routes {
  GET: {
    /** Say whether the function works, and what it depends on; 503 with the same body if not. */
    "/agents/health": {
      reply: Health;
    };
    /** Describe every route of every function as one OpenAPI document. */
    "/agents/openapi.json": {
      reply: Record<string, unknown>;
    };
    /** Describe an agent's published version as an OpenAPI document of its own. */
    "/agents/{name}/openapi.json": {
      params: {
        name: string;
      };
      reply: Record<string, unknown>;
    };
    /** Show what you may spend, and what is left of it. */
    "/agents/limits": {
      reply: Limits;
    };
    /** Count your runs by day, status and agent, with their times. */
    "/agents/usage": {
      query?: {
        /** How many days, today among them */
        days?: number | undefined;
        /** Where days begin: a name of the IANA database */
        time_zone?: string | undefined;
        /** The runs of one agent alone */
        agent?: string | undefined;
      };
      reply: RunUsageReport;
    };
    /** List all your runs, newest first, or those of one agent. */
    "/agents/runs": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        status?:
          | "queued"
          | "running"
          | "succeeded"
          | "failed"
          | "timed_out"
          | "out_of_memory"
          | "output_exceeded"
          | "cancelled"
          | "lost"
          | undefined;
        /** Those of one agent alone */
        agent?: string | undefined;
      };
      reply: Page<RunSummary>;
    };
    /** List an agent's runs, newest first. */
    "/agents/{name}/runs": {
      params: {
        name: string;
      };
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        status?:
          | "queued"
          | "running"
          | "succeeded"
          | "failed"
          | "timed_out"
          | "out_of_memory"
          | "output_exceeded"
          | "cancelled"
          | "lost"
          | undefined;
      };
      reply: Page<RunSummary>;
    };
    /** List your agents, newest first. */
    "/agents": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        state?: "active" | "archived" | "quarantined" | undefined;
      };
      reply: Page<Agent>;
    };
    /** Get an agent. */
    "/agents/{name}": {
      params: {
        name: string;
      };
      reply: Agent;
    };
    /** List an agent's versions, newest first. */
    "/agents/{name}/versions": {
      params: {
        name: string;
      };
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<VersionSummary>;
    };
    /** Get a version with its source. */
    "/agents/{name}/versions/{version}": {
      params: {
        name: string;
        version: number;
      };
      reply: Version;
    };
    /** Compare a version with another. */
    "/agents/{name}/versions/{version}/diff": {
      params: {
        name: string;
        version: number;
      };
      query?: {
        against?: number | undefined;
      };
      reply: VersionDiff;
    };
    /** List an agent's schedules, newest first. */
    "/agents/{name}/schedules": {
      params: {
        name: string;
      };
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<Schedule>;
    };
    /** Say when a cron line would fire next. */
    "/agents/{name}/schedules/preview": {
      params: {
        name: string;
      };
      query: {
        /** Five fields: minute, hour, day of the month, month, day of the week */
        cron: string;
        /** A name of the IANA database */
        time_zone?: string | undefined;
        limit?: number | undefined;
      };
      reply: SchedulePreview;
    };
    /** Get a schedule. */
    "/agents/{name}/schedules/{schedule}": {
      params: {
        name: string;
        schedule: string;
      };
      reply: Schedule;
    };
    /** List an agent's files, by their paths. */
    "/agents/{name}/files": {
      params: {
        name: string;
      };
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        prefix?: string | undefined;
      };
      reply: Page<File>;
    };
    /** List an agent's hooks, newest first, without their secrets. */
    "/agents/{name}/hooks": {
      params: {
        name: string;
      };
      reply: {
        data: Hook[];
      };
    };
    /** Get a hook, without its secret. */
    "/agents/{name}/hooks/{id}": {
      params: {
        name: string;
        id: string;
      };
      reply: Hook;
    };
    /** List an agent's webhooks, newest first, without their secrets. */
    "/agents/{name}/webhooks": {
      params: {
        name: string;
      };
      reply: {
        data: Webhook[];
      };
    };
    /** Get a webhook, without its secret. */
    "/agents/{name}/webhooks/{id}": {
      params: {
        name: string;
        id: string;
      };
      reply: Webhook;
    };
    /** List what a webhook was told and is to be, newest first. */
    "/agents/{name}/webhooks/{id}/deliveries": {
      params: {
        name: string;
        id: string;
      };
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<WebhookDelivery>;
    };
    /** Say whether the function works, and what it depends on; 503 with the same body if not. */
    "/execute/health": {
      reply: Health;
    };
    /** Get a run. */
    "/execute/runs/{id}": {
      params: {
        id: string;
      };
      reply: Run;
    };
    /** Get a run's events, or follow them with `Accept: text/event-stream`. */
    "/execute/runs/{id}/events": {
      params: {
        id: string;
      };
      query?: {
        after?: number | undefined;
      };
      headers?: {
        /** where a lost stream goes on */
        "last-event-id"?: string | undefined;
      };
      reply: RunEvents;
    };
    /** List a run's tool calls, in their order: allowed or denied, why, and what came of it. */
    "/execute/runs/{id}/calls": {
      params: {
        id: string;
      };
      query?: {
        after?: number | undefined;
      };
      reply: ToolCalls;
    };
    /** Propose the smallest policy that covers what a run did. */
    "/execute/runs/{id}/policy": {
      params: {
        id: string;
      };
      reply: PolicyProposal;
    };
    /** Say whether the function works, and what it depends on; 503 with the same body if not. */
    "/admin/health": {
      reply: Health;
    };
    /** List your API keys, newest first. */
    "/admin/keys": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<Key>;
    };
    /** Get an API key, without its secret. */
    "/admin/keys/{id}": {
      params: {
        id: string;
      };
      reply: Key;
    };
    /** List your secrets, newest first, without their values. */
    "/admin/secrets": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<Secret>;
    };
    /** Get a secret, without its value. */
    "/admin/secrets/{id}": {
      params: {
        id: string;
      };
      reply: Secret;
    };
    /** List the project's users with their roles. */
    "/admin/users": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        role?: "viewer" | "user" | "streamer" | "admin" | undefined;
      };
      reply: Page<User>;
    };
    /** Get a user with their role. */
    "/admin/users/{id}": {
      params: {
        id: string;
      };
      reply: User;
    };
    /** List what was done, newest first. */
    "/admin/audit": {
      query?: {
        since?: string | undefined;
        until?: string | undefined;
        actor?: string | undefined;
        key?: string | undefined;
        action?: string | undefined;
        resource_type?: string | undefined;
        resource_id?: string | undefined;
        outcome?: "succeeded" | "denied" | undefined;
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<AuditEntry>;
    };
    /** Verify the chain of the audit log, or a stretch, also against an earlier look. */
    "/admin/audit/verification": {
      query?: {
        since_seq?: number | undefined;
        until_seq?: number | undefined;
        expected_seq?: number | undefined;
        expected_hash?: string | undefined;
      };
      reply: ChainReport;
    };
    /** List security events, newest first. */
    "/admin/events": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        since?: string | undefined;
        until?: string | undefined;
        type?:
          | "auth_failed"
          | "rate_limited"
          | "permission_denied"
          | "probing"
          | "suspicious"
          | "egress_denied"
          | "anomaly"
          | "address_blocked"
          | "rejected"
          | undefined;
        user?: string | undefined;
        key?: string | undefined;
        address?: string | undefined;
      };
      reply: Page<SecurityEvent>;
    };
    /** List alerts, newest first. */
    "/admin/alerts": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        rule?: string | undefined;
        state?: "open" | "acknowledged" | undefined;
      };
      reply: Page<Alert>;
    };
    /** List the rules that make alerts. */
    "/admin/alert-rules": {
      reply: Rules;
    };
    /** List the addresses that are blocked. */
    "/admin/blocks": {
      reply: Blocks;
    };
    /** Get what no agent's policy can exceed. */
    "/admin/policy": {
      reply: Policy;
    };
    /** List quarantines, newest first. */
    "/admin/quarantines": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        kind?: "agent" | "key" | "user" | "everything" | undefined;
        state?: "active" | "released" | undefined;
      };
      reply: Page<Quarantine>;
    };
    /** List legal holds, newest first. */
    "/admin/holds": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        kind?: "user" | "agent" | "incident" | undefined;
        state?: "active" | "released" | undefined;
      };
      reply: Page<Hold>;
    };
    /** List for how many days each kind of things is kept. */
    "/admin/retention": {
      reply: RetentionPolicies;
    };
    /** List the runners that take queued runs, newest first. */
    "/admin/runners": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<Runner>;
    };
    /** See how much is queued, for how long, whose, and who works on it. */
    "/admin/queue": {
      reply: QueueOverview;
    };
    /** List the runs that infrastructure lost at every attempt, newest first. */
    "/admin/queue/dead": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
      };
      reply: Page<DeadLetter>;
    };
    /** List the evidence that was frozen, newest first. */
    "/admin/evidence": {
      query?: {
        limit?: number | undefined;
        cursor?: string | undefined;
        kind?: "agent" | "key" | "user" | "everything" | undefined;
      };
      reply: Page<Evidence>;
    };
    /** Download a signed bundle; `deno task evidence` verifies it. */
    "/admin/evidence/{id}": {
      params: {
        id: string;
      };
      reply: Bundle;
    };
    /** Say which sandbox runs the agents of this deployment. */
    "/admin/sandbox": {
      reply: Sandbox;
    };
    /** Say whether the function works, and what it depends on; 503 with the same body if not. */
    "/mcp/health": {
      reply: Health;
    };
    /** Say who issues tokens for the MCP endpoint (RFC 9728). */
    "/mcp/.well-known/oauth-protected-resource": {
      reply: McpResourceMetadata;
    };
    /** Say whether the function works, and what it depends on; 503 with the same body if not. */
    "/retention/health": {
      reply: Health;
    };
    /** Say whether the function works, and what it depends on; 503 with the same body if not. */
    "/tools/health": {
      reply: Health;
    };
  };
  POST: {
    /** Have an agent written from a description; it is neither stored nor run. */
    "/agents/drafts": {
      body: NewDraft;
      reply: Draft;
    };
    /** Create an agent with its first version. */
    "/agents": {
      body: NewAgent;
      reply: CreatedAgent;
    };
    /** Archive an agent: it is kept, and no run of it starts. */
    "/agents/{name}/archive": {
      params: {
        name: string;
      };
      reply: Agent;
    };
    /** Take an agent back from the archive. */
    "/agents/{name}/restore": {
      params: {
        name: string;
      };
      reply: Agent;
    };
    /** Publish a version, or roll back to an older one. */
    "/agents/{name}/publish": {
      params: {
        name: string;
      };
      body: Publication;
      reply: Agent;
    };
    /** Add a version and publish it, unless a person has to approve it first. */
    "/agents/{name}/versions": {
      params: {
        name: string;
      };
      body: NewVersion;
      reply: Version;
    };
    /** Approve what a version is granted; for people, not for API keys. */
    "/agents/{name}/versions/{version}/approve": {
      params: {
        name: string;
        version: number;
      };
      query?: {
        policy_hash?: string | undefined;
      };
      reply: Version;
    };
    /** Let an agent run by the clock; needs agents:execute, too. */
    "/agents/{name}/schedules": {
      params: {
        name: string;
      };
      body: NewSchedule;
      reply: Schedule;
    };
    /** Make an address by which others start runs of the agent, signed with its secret. */
    "/agents/{name}/hooks": {
      params: {
        name: string;
      };
      body: NewHook;
      reply: HookWithSecret;
    };
    /** Give a hook its next secret; the one before is good for a while. */
    "/agents/{name}/hooks/{id}/rotate": {
      params: {
        name: string;
        id: string;
      };
      body: HookRotation;
      reply: HookWithSecret;
    };
    /** Have an address told, signed, when runs of the agent end. */
    "/agents/{name}/webhooks": {
      params: {
        name: string;
      };
      body: NewWebhook;
      reply: WebhookWithSecret;
    };
    /** Tell a webhook something again, with the same id, whether it arrived or not. */
    "/agents/{name}/webhooks/{id}/deliveries/{delivery}/redeliver": {
      params: {
        name: string;
        id: string;
        delivery: string;
      };
      reply: WebhookDelivery;
    };
    /** Give a webhook its next secret; the one before signs beside it for a while. */
    "/agents/{name}/webhooks/{id}/rotate": {
      params: {
        name: string;
        id: string;
      };
      body: WebhookRotation;
      reply: WebhookWithSecret;
    };
    /** Execute an agent and wait, watch it with `Accept: text/event-stream`, or let it run with `Prefer: respond-async`. */
    "/execute/agents/{name}": {
      params: {
        name: string;
      };
      headers?: {
        /** a request repeated with the same key gets the same run, for 24 hours */
        "idempotency-key"?: string | undefined;
        /** `respond-async` queues the run and answers 202 at once, `wait=<seconds>` no later than that */
        prefer?: string | undefined;
      };
      body: NewRun;
      reply: Run;
    };
    /** Stop a run; one that has ended stays as it is. */
    "/execute/runs/{id}/cancel": {
      params: {
        id: string;
      };
      reply: Run;
    };
    /** Execute an agent and wait, as RunAgent's clients do. */
    "/execute/agents/{name}/invoke": {
      params: {
        name: string;
      };
      headers?: {
        /** a request repeated with the same key gets the same run, for 24 hours */
        "idempotency-key"?: string | undefined;
      };
      body: NewInvocation;
      reply: Invocation;
    };
    /** Execute an agent and watch it, as RunAgent's clients do. */
    "/execute/agents/{name}/stream": {
      params: {
        name: string;
      };
      headers?: {
        /** a request repeated with the same key gets the same run, for 24 hours */
        "idempotency-key"?: string | undefined;
      };
      body: NewInvocation;
      reply: void;
    };
    /** Approve or deny a tool call that waits for it; for people, not for API keys. */
    "/execute/runs/{id}/calls/{call}": {
      params: {
        id: string;
        call: string;
      };
      body: Decision;
      reply: ToolCall;
    };
    /** Start a run by a hook: the body is its input, signed with the hook's secret. */
    "/execute/hooks/{id}": {
      params: {
        id: string;
      };
      headers?: {
        /** Standard Webhooks: what tells one delivery from another */
        "webhook-id"?: string | undefined;
        /** Standard Webhooks: when it was sent, at most five minutes ago */
        "webhook-timestamp"?: string | undefined;
        /** Standard Webhooks: `v1,` and the signature */
        "webhook-signature"?: string | undefined;
        /** GitHub: `sha256=` and the signature */
        "x-hub-signature-256"?: string | undefined;
        /** GitHub: what tells one delivery from another */
        "x-github-delivery"?: string | undefined;
        /** GitHub: `ping` starts no run */
        "x-github-event"?: string | undefined;
      };
      body: Bytes;
      reply: HookReceipt;
    };
    /** Create an API key. Its secret is in this answer and in no other. */
    "/admin/keys": {
      body: NewKey;
      reply: CreatedKey;
    };
    /** Replace an API key; the old one stays good for a while. */
    "/admin/keys/{id}/rotate": {
      params: {
        id: string;
      };
      body: Rotation;
      reply: CreatedKey;
    };
    /** Keep a secret for your agents, or for one. Nothing answers its value. */
    "/admin/secrets": {
      body: NewSecret;
      reply: Secret;
    };
    /** Lock everybody's secrets anew by the current key, in the background. */
    "/admin/secrets/rotate": {
      reply: SecretRotation;
    };
    /** Say that an alert has been seen to. */
    "/admin/alerts/{id}/acknowledge": {
      params: {
        id: string;
      };
      body: Acknowledgement;
      reply: Alert;
    };
    /** Hold an agent, a key, a user or everything: runs stop, and none starts. */
    "/admin/quarantines": {
      body: NewQuarantine;
      reply: Quarantine;
    };
    /** End a quarantine. */
    "/admin/quarantines/{id}/release": {
      params: {
        id: string;
      };
      body: Release;
      reply: Quarantine;
    };
    /** Keep what a user, an agent or an incident left behind from expiring. */
    "/admin/holds": {
      body: NewHold;
      reply: Hold;
    };
    /** End a legal hold. */
    "/admin/holds/{id}/release": {
      params: {
        id: string;
      };
      body: HoldRelease;
      reply: Hold;
    };
    /** Remove what is too old now, or count what would go. */
    "/admin/retention/run": {
      body: NewRetentionRound;
      reply: RetentionRound;
    };
    /** Make an identity for a runner. Its key is in this answer and in no other. */
    "/admin/runners": {
      body: NewRunner;
      reply: CreatedRunner;
    };
    /** Queue a dead letter anew, once, as its user, if they still may. */
    "/admin/queue/dead/{run}/replay": {
      params: {
        run: string;
      };
      reply: Replay;
    };
    /** Freeze agents, runs, events and the audit log into a signed bundle. */
    "/admin/evidence": {
      body: NewEvidence;
      reply: Evidence;
    };
    /** Play attack programs on this deployment's sandbox, and say which it held. */
    "/admin/sandbox/verify": {
      body: NewVerification;
      reply: Verification;
    };
    /** Speak MCP: tools that manage agents and runs, and one for each published agent. */
    "/mcp": {
      headers?: {
        /** the revision that is spoken, after the handshake of 2025 */
        "mcp-protocol-version"?: string | undefined;
        /** what the handshake of 2025 answered */
        "mcp-session-id"?: string | undefined;
      };
      body: McpMessage;
      reply: Record<string, unknown>;
    };
  };
  PATCH: {
    /** Rename or redescribe an agent. */
    "/agents/{name}": {
      params: {
        name: string;
      };
      body: AgentPatch;
      reply: Agent;
    };
    /** Change a schedule, or switch it off or on; needs agents:execute, too. */
    "/agents/{name}/schedules/{schedule}": {
      params: {
        name: string;
        schedule: string;
      };
      body: ScheduleChange;
      reply: Schedule;
    };
    /** Switch a hook on or off, or have it run another version. */
    "/agents/{name}/hooks/{id}": {
      params: {
        name: string;
        id: string;
      };
      body: HookChange;
      reply: Hook;
    };
    /** Switch a webhook on or off, or have it lead elsewhere. */
    "/agents/{name}/webhooks/{id}": {
      params: {
        name: string;
        id: string;
      };
      body: WebhookChange;
      reply: Webhook;
    };
  };
  DELETE: {
    /** Delete an agent with its versions; its runs stay readable. */
    "/agents/{name}": {
      params: {
        name: string;
      };
      reply: void;
    };
    /** End a schedule; runs that it has queued go on; needs agents:execute, too. */
    "/agents/{name}/schedules/{schedule}": {
      params: {
        name: string;
        schedule: string;
      };
      reply: void;
    };
    /** Remove a file. */
    "/agents/{name}/files/{path}": {
      params: {
        name: string;
        path: string;
      };
      reply: void;
    };
    /** End a hook at once, and forget its secret. */
    "/agents/{name}/hooks/{id}": {
      params: {
        name: string;
        id: string;
      };
      reply: void;
    };
    /** End a webhook at once, with what it was to be told, and forget its secret. */
    "/agents/{name}/webhooks/{id}": {
      params: {
        name: string;
        id: string;
      };
      reply: void;
    };
    /** Revoke an API key, at once and for good. */
    "/admin/keys/{id}": {
      params: {
        id: string;
      };
      reply: Key;
    };
    /** Forget a secret, at once and for good. */
    "/admin/secrets/{id}": {
      params: {
        id: string;
      };
      reply: void;
    };
    /** Erase a user and everything of theirs; entries of the audit log stay. */
    "/admin/users/{id}": {
      params: {
        id: string;
      };
      reply: void;
    };
    /** Take a user's role: they have the default one again. */
    "/admin/users/{id}/role": {
      params: {
        id: string;
      };
      reply: User;
    };
    /** Lift the block of an address. */
    "/admin/blocks/{address}": {
      params: {
        address: string;
      };
      reply: void;
    };
    /** Revoke a runner, at once and for good: its runs go back into the queue. */
    "/admin/runners/{id}": {
      params: {
        id: string;
      };
      reply: Runner;
    };
  };
  PUT: {
    /** Upload a file: the body is its content. */
    "/agents/{name}/files/{path}": {
      params: {
        name: string;
        path: string;
      };
      headers?: {
        /** Replace only what has this ETag */
        "If-Match"?: string | undefined;
        /** `*`: do not replace anything */
        "If-None-Match"?: string | undefined;
      };
      body: Bytes;
      reply: File;
    };
    /** Give a secret its next value; hosts and expiry change with it only. */
    "/admin/secrets/{id}": {
      params: {
        id: string;
      };
      body: SecretChange;
      reply: Secret;
    };
    /** Give a user a role. */
    "/admin/users/{id}/role": {
      params: {
        id: string;
      };
      body: Assignment;
      reply: User;
    };
    /** Make a rule, or change when it makes an alert. */
    "/admin/alert-rules/{name}": {
      params: {
        name: string;
      };
      body: RuleChange;
      reply: Rule;
    };
    /** Set what no agent's policy can exceed; it counts from the next tool call on. */
    "/admin/policy": {
      body: PolicyInput;
      reply: Policy;
    };
    /** Set for how many days things of a kind are kept. */
    "/admin/retention/{kind}": {
      params: {
        kind: string;
      };
      body: RetentionChange;
      reply: RetentionPolicy;
    };
  };
}

/** Routes that answer bytes: method, then path. */
export interface RawRoutes {
  GET: {
    /** Export all that is known about you, as a ZIP. Not for API keys. */
    "/agents/me/export": Record<never, never>;
    /** Download a file. */
    "/agents/{name}/files/{path}": {
      params: {
        name: string;
        path: string;
      };
    };
    /** Export what was done, oldest first, as NDJSON or CSV. */
    "/admin/audit/export": {
      query?: {
        since?: string | undefined;
        until?: string | undefined;
        actor?: string | undefined;
        key?: string | undefined;
        action?: string | undefined;
        resource_type?: string | undefined;
        resource_id?: string | undefined;
        outcome?: "succeeded" | "denied" | undefined;
        format?: "ndjson" | "csv" | undefined;
      };
    };
    /** Get all metrics, in the text format of Prometheus. */
    "/admin/metrics": Record<never, never>;
  };
}

/** What `POST /admin/alerts/{id}/acknowledge` takes. */
export interface Acknowledgement {
  note?: string | undefined;
}

/** What `GET /agents` answers. */
export interface Agent {
  id: string;
  name: string;
  description: string;
  state: "active" | "archived" | "quarantined";
  current_version: number;
  created_at: string;
  updated_at: string;
}

/** What `PATCH /agents/{name}` takes. */
export interface AgentPatch {
  name?: string | undefined;
  description?: string | undefined;
}

/** What `GET /admin/alerts` answers. */
export interface Alert {
  id: string;
  rule: string;
  type:
    | "auth_failed"
    | "rate_limited"
    | "permission_denied"
    | "probing"
    | "suspicious"
    | "egress_denied"
    | "anomaly"
    | "address_blocked"
    | "rejected";
  subject: string;
  count: number;
  first_at: string;
  at: string;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  note: string | null;
  /** How far sending it to the webhook has come */
  delivery: "pending" | "delivered" | "gave_up" | null;
}

/** What `PUT /admin/users/{id}/role` takes. */
export interface Assignment {
  role: "viewer" | "user" | "streamer" | "admin";
}

/** What `GET /admin/audit` answers. */
export interface AuditEntry {
  seq: number;
  /** To the millisecond */
  at: string;
  /** The user, where there was one */
  actor_id: string | null;
  /** The API key that the user came with */
  key_id: string | null;
  db_role: string;
  action: string;
  resource_type: string;
  resource_id: string | null;
  outcome: "succeeded" | "denied";
  details: unknown;
  request_id: string | null;
  address: string | null;
  user_agent: string | null;
  /** `api`: through the functions; `direct`: around them; `sql`: neither */
  via: string;
  policy_hash: string | null;
  prev_hash: string;
  hash: string;
}

/** Part of Blocks. */
export interface Block {
  address: string;
  /** What there was too much of */
  rule: string;
  /** The how manyth block in a row this is */
  offence: number;
  blocked_at: string;
  blocked_until: string;
}

/** What `GET /admin/blocks` answers. */
export interface Blocks {
  data: Block[];
}

/** What `GET /admin/evidence/{id}` answers. */
export interface Bundle {
  manifest: Manifest;
  /** A compact JWS (ES256) over `{"cloister_evidence": manifest}` */
  signature: string;
  /** JSON texts; the manifest holds the SHA-256 of the UTF-8 of each */
  sections: Record<string, string>;
}

/** What `GET /admin/audit/verification` answers. */
export interface ChainReport {
  ok: boolean;
  /** How many entries were found whole */
  checked: number;
  since_seq: number;
  /** The last of them; `since_seq` - 1 where there is none */
  until_seq: number;
  head_seq: number;
  head_hash: string;
  problem: "edited" | "missing" | "reordered" | "truncated" | null;
  at_seq: number | null;
  /** Whether there was anything to compare `expected_hash` with: of an entry that has expired, only a checkpoint knows the hash. Where not, `ok` says nothing of it */
  compared: boolean;
  /** Where the log begins, if any of it has expired */
  checkpoint: Checkpoint | null;
}

/** Part of ChainReport. */
export interface Checkpoint {
  seq: number;
  hash: string;
  at: string;
  /** Since the checkpoint before */
  entries: number;
  /** A compact JWS of `{cloister_checkpoint: {issuer, seq, hash, at, entries}}`, by one of the project's keys */
  signature: string;
}

/** What `POST /agents` answers. */
export interface CreatedAgent {
  id: string;
  name: string;
  description: string;
  state: "active" | "archived" | "quarantined";
  current_version: number;
  created_at: string;
  updated_at: string;
  findings: Finding[];
}

/** What `POST /admin/keys` answers. */
export interface CreatedKey {
  id: string;
  name: string;
  /** What stands in the key itself, before its secret */
  public_id: string;
  scopes: (
    | "agents:read"
    | "agents:write"
    | "agents:execute"
    | "agents:stream"
    | "runs:cancel"
    | "secrets:manage"
    | "audit:read"
    | "metrics:read"
    | "admin"
  )[];
  agent: string | null;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  /** To the minute */
  last_used_at: string | null;
  replaces: string | null;
  /** The key to call with. It is not shown again. */
  secret: string;
}

/** What `POST /admin/runners` answers. */
export interface CreatedRunner {
  id: string;
  name: string;
  /** What stands in its key, before the secret */
  public_id: string;
  created_by: string | null;
  created_at: string;
  /** To five seconds */
  last_seen_at: string | null;
  revoked_at: string | null;
  /** What the runner calls with. It is not shown again. */
  key: string;
}

/** What `GET /admin/queue/dead` answers. */
export interface DeadLetter {
  run: string;
  user_id: string;
  agent: string;
  attempts: number;
  reason: string;
  died_at: string;
  replayed_at: string | null;
  replayed_by: string | null;
  replay_run: string | null;
}

/** What `POST /execute/runs/{id}/calls/{call}` takes. */
export interface Decision {
  decision: "approve" | "deny";
}

/** What `POST /agents/drafts` answers. */
export interface Draft {
  source: string;
  language: "typescript" | "javascript";
  /** Whether the check found no error in the source */
  runnable: boolean;
  findings: Finding[];
  input_schema: InputSchema | null;
  /** What the source needs to be granted, as far as can be seen */
  policy: Policy;
  /** What the source reaches for that only its author can name */
  unclear: string[];
  /** The model's own words about the draft */
  notes: string;
  /** What in the model's answer looks like an attack */
  flags: string[];
  model: string;
  usage: {
    input_tokens: number;
    output_tokens: number;
  } | null;
}

/** What `GET /admin/evidence` answers. */
export interface Evidence {
  id: string;
  kind: "agent" | "key" | "user" | "everything";
  target: string | null;
  reason: string;
  since: string;
  until: string;
  created_by: string | null;
  created_at: string;
}

/** What `GET /agents/{name}/files` answers. */
export interface File {
  path: string;
  size: number;
  type: string;
  sha256: string;
  modified_at: string;
}

/** Part of Draft. */
export interface Finding {
  severity: "error" | "warning";
  code: string;
  message: string;
  line: number;
  column: number;
}

/** What `GET /agents/health` answers. */
export interface Health {
  /** `degraded`: it works without something. `unavailable`: it does not */
  status: "ok" | "degraded" | "unavailable";
  version: string;
  /** What the function depends on, as it was some seconds ago at most */
  checks: Record<string, "ok" | "down">;
  /** Whether API keys can be used here */
  api_keys: boolean;
}

/** What `GET /admin/holds` answers. */
export interface Hold {
  id: string;
  kind: "user" | "agent" | "incident";
  target: string;
  reason: string;
  created_by: string;
  created_at: string;
  released_by: string | null;
  released_at: string | null;
  note: string | null;
}

/** What `POST /admin/holds/{id}/release` takes. */
export interface HoldRelease {
  note?: string | undefined;
}

/** What `GET /agents/{name}/hooks` answers. */
export interface Hook {
  id: string;
  /** Who signs: as Standard Webhooks has it, or as GitHub does */
  kind: "standard" | "github";
  description: string;
  /** The version that runs; null for the published one */
  version: number | null;
  enabled: boolean;
  /** Where to send to, on the project's own origin */
  path: string;
  secret_version: number;
  /** The API key that it was made by, and with which it ends */
  made_by: string | null;
  created_at: string;
  updated_at: string;
  /** To the minute */
  last_used_at: string | null;
}

/** What `PATCH /agents/{name}/hooks/{id}` takes. */
export interface HookChange {
  enabled?: boolean | undefined;
  description?: string | undefined;
  /** The version that runs; null for the published one */
  version?: number | null | undefined;
}

/** What `POST /execute/hooks/{id}` answers. */
export interface HookReceipt {
  /** Null where nothing was to be run, as for GitHub's ping */
  run: string | null;
  /** Whether this delivery came before */
  replayed: boolean;
}

/** What `POST /agents/{name}/hooks/{id}/rotate` takes. */
export interface HookRotation {
  /** What the sender gave you to check with; one is made if left out */
  secret?: string | undefined;
  /** How many seconds the secret before is good for */
  overlap_s?: number | undefined;
}

/** What `POST /agents/{name}/hooks` answers. */
export interface HookWithSecret {
  id: string;
  /** Who signs: as Standard Webhooks has it, or as GitHub does */
  kind: "standard" | "github";
  description: string;
  /** The version that runs; null for the published one */
  version: number | null;
  enabled: boolean;
  /** Where to send to, on the project's own origin */
  path: string;
  secret_version: number;
  /** The API key that it was made by, and with which it ends */
  made_by: string | null;
  created_at: string;
  updated_at: string;
  /** To the minute */
  last_used_at: string | null;
  secret: string;
}

/** A part of JSON Schema 2020-12. */
export interface InputSchema {
  "$schema"?: "https://json-schema.org/draft/2020-12/schema";
  title?: string;
  description?: string;
  type?: "string" | "number" | "integer" | "boolean" | "null" | "object" | "array";
  enum?: (string | number | boolean | null)[];
  const?: string | number | boolean | null;
  default?: unknown;
  examples?: unknown[];
  format?: "date-time" | "date" | "time" | "email" | "uri" | "uuid" | "ipv4" | "ipv6";
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  items?: InputSchema;
  properties?: Record<string, InputSchema>;
  required?: string[];
  additionalProperties?: boolean;
  anyOf?: InputSchema[];
}

/** What `POST /execute/agents/{name}/invoke` answers. */
export interface Invocation {
  success: boolean;
  /** What the agent returned; null if it did not */
  result: unknown;
  error: InvocationFailure | null;
  usage: RunUsage | null;
  metadata: {
    /** Seconds */
    execution_time: number | null;
    agent_version: string;
    run_id: string;
    request_id: string | null;
  };
}

/** Part of Invocation. */
export interface InvocationFailure {
  code:
    | "queued"
    | "running"
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled"
    | "lost";
  message: string;
}

/** What `GET /admin/keys` answers. */
export interface Key {
  id: string;
  name: string;
  /** What stands in the key itself, before its secret */
  public_id: string;
  scopes: (
    | "agents:read"
    | "agents:write"
    | "agents:execute"
    | "agents:stream"
    | "runs:cancel"
    | "secrets:manage"
    | "audit:read"
    | "metrics:read"
    | "admin"
  )[];
  agent: string | null;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  /** To the minute */
  last_used_at: string | null;
  replaces: string | null;
}

/** What `GET /agents/limits` answers. */
export interface Limits {
  role: string | null;
  budgets: RequestBudget[];
  concurrent_runs: {
    quota: number;
    running: number;
  };
  cpu: {
    /** CPU seconds of the user's runs a day (UTC) */
    quota_s: number;
    used_ms: number;
    resets_at: string;
  };
}

/** Part of Bundle. */
export interface Manifest {
  format: "cloister-evidence/1";
  issuer: string;
  id: string;
  kind: "agent" | "key" | "user" | "everything";
  target: string | null;
  reason: string;
  since: string;
  until: string;
  frozen_at: string;
  frozen_by: string;
  audit_head: {
    seq: number;
    hash: string;
  };
  sections: Record<string, {
    sha256: string;
    bytes: number;
  }>;
}

/** A JSON-RPC message of the Model Context Protocol. */
export interface McpMessage {
  jsonrpc: "2.0";
  id?: string | number | undefined;
  method?: string | undefined;
  params?: Record<string, unknown> | undefined;
  [key: string]: unknown;
}

/** What `GET /mcp/.well-known/oauth-protected-resource` answers. */
export interface McpResourceMetadata {
  resource: string;
  authorization_servers: string[];
  bearer_methods_supported: "header"[];
  resource_name: string;
}

/** What `POST /agents` takes. */
export interface NewAgent {
  source: string;
  language?: "typescript" | "javascript" | undefined;
  input_schema?: InputSchema | null | undefined;
  policy?: PolicyInput | undefined;
  name: string;
  description?: string | undefined;
}

/** What `POST /agents/drafts` takes. */
export interface NewDraft {
  description: string;
  language?: "typescript" | "javascript" | undefined;
  /** With a key of one's own: which model to ask */
  model?: string | undefined;
  /** A secret of one's own that holds a key for the model's provider */
  secret?: string | undefined;
}

/** What `POST /admin/evidence` takes. */
export type NewEvidence = {
  kind: "agent";
  target: string;
  reason: string;
  /** Thirty days before `until` if left out */
  since?: string | undefined;
  /** Now, if left out */
  until?: string | undefined;
} | {
  kind: "key";
  target: string;
  reason: string;
  /** Thirty days before `until` if left out */
  since?: string | undefined;
  /** Now, if left out */
  until?: string | undefined;
} | {
  kind: "user";
  target: string;
  reason: string;
  /** Thirty days before `until` if left out */
  since?: string | undefined;
  /** Now, if left out */
  until?: string | undefined;
} | {
  kind: "everything";
  target?: null | undefined;
  reason: string;
  /** Thirty days before `until` if left out */
  since?: string | undefined;
  /** Now, if left out */
  until?: string | undefined;
};

/** What `POST /admin/holds` takes. */
export type NewHold = {
  kind: "user";
  target: string;
  reason: string;
} | {
  kind: "agent";
  target: string;
  reason: string;
} | {
  kind: "incident";
  target: string;
  reason: string;
};

/** What `POST /agents/{name}/hooks` takes. */
export interface NewHook {
  /** Who signs: as Standard Webhooks has it, or as GitHub does */
  kind?: "standard" | "github" | undefined;
  description?: string | undefined;
  /** The version that runs; null for the published one */
  version?: number | null | undefined;
  /** What the sender gave you to check with; one is made if left out */
  secret?: string | undefined;
}

/** The body, as it is, becomes the agent's input. */
export interface NewInvocation {
  query: string;
  parameters?: Record<string, unknown> | undefined;
  session_id?: string | undefined;
}

/** What `POST /admin/keys` takes. */
export interface NewKey {
  name: string;
  /** No more than the caller's own permissions */
  scopes: (
    | "agents:read"
    | "agents:write"
    | "agents:execute"
    | "agents:stream"
    | "runs:cancel"
    | "secrets:manage"
    | "audit:read"
    | "metrics:read"
    | "admin"
  )[];
  /** The one agent that the key is good for */
  agent?: string | undefined;
  /** A year from now at the latest */
  expires_at?: string | undefined;
}

/** What `POST /admin/quarantines` takes. */
export type NewQuarantine = {
  kind: "agent";
  target: string;
  reason: string;
} | {
  kind: "key";
  target: string;
  reason: string;
} | {
  kind: "user";
  target: string;
  reason: string;
} | {
  kind: "everything";
  target?: null | undefined;
  reason: string;
};

/** What `POST /admin/retention/run` takes. */
export interface NewRetentionRound {
  dry_run?: boolean | undefined;
  kind?: string | undefined;
}

/** What `POST /execute/agents/{name}` takes. */
export interface NewRun {
  /** Any JSON value; null if left out */
  input?: unknown | undefined;
  /** The published version if left out */
  version?: number | undefined;
  /** Let the operator's ceiling decide alone, to learn which policy the agent needs */
  record?: boolean | undefined;
}

/** What `POST /admin/runners` takes. */
export interface NewRunner {
  name: string;
}

/** What `POST /agents/{name}/schedules` takes. */
export interface NewSchedule {
  name: string;
  /** Five fields: minute, hour, day of the month, month, day of the week */
  cron: string;
  /** A name of the IANA database */
  time_zone?: string | undefined;
  /** The schedule fires always the same time later than planned, up to so much */
  jitter_seconds?: number | undefined;
  /** Whether a time that was missed by more than five minutes is made up for, once */
  missed?: "skip" | "once" | undefined;
  input?: unknown | undefined;
  /** The version that runs; null for the published one */
  version?: number | null | undefined;
  enabled?: boolean | undefined;
}

/** What `POST /admin/secrets` takes. */
export interface NewSecret {
  name: string;
  /** It is in no answer, ever */
  value: string;
  /** The only hosts that the value is sent to */
  hosts: string[];
  /** The one agent that the secret is for */
  agent?: string | undefined;
  /** In the future; null for never */
  expires_at?: string | null | undefined;
}

/** What `POST /admin/sandbox/verify` takes. */
export interface NewVerification {
  /** The programs to play, by name; all of them if left out */
  programs?: string[] | undefined;
}

/** What `POST /agents/{name}/versions` takes. */
export interface NewVersion {
  source: string;
  language?: "typescript" | "javascript" | undefined;
  input_schema?: InputSchema | null | undefined;
  policy?: PolicyInput | undefined;
  publish?: boolean | undefined;
}

/** What `POST /agents/{name}/webhooks` takes. */
export interface NewWebhook {
  /** Where to tell of it: https */
  url: string;
  /** How a run has to end for it to be told */
  statuses?:
    | (
      | "succeeded"
      | "failed"
      | "timed_out"
      | "out_of_memory"
      | "output_exceeded"
      | "cancelled"
      | "lost"
    )[]
    | undefined;
}

/** Part of Draft. */
export interface Policy {
  fetch?: {
    rules: {
      host: string;
      port: number;
      methods: ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE")[];
      paths: string[];
      secret?: {
        name: string;
        header: string;
        prefix: string;
      };
    }[];
    max_calls: number;
    /** Of all requests and responses of one run together */
    max_bytes: number;
    approval: "none" | "required";
  };
  files?: {
    access: "read" | "write";
    /** Of the whole workspace */
    max_bytes: number;
    max_files: number;
    approval: "none" | "required";
  };
  shell?: {
    commands: string[];
    /** Of one command line */
    max_ms: number;
    approval: "none" | "required";
  };
  llm?: {
    models: string[];
    /** In and out together, of one run */
    max_tokens: number;
    max_microusd_per_day: number;
    /** A key of one's own for the provider */
    secret?: string;
    approval: "none" | "required";
  };
  search?: {
    max_calls: number;
    max_results: number;
    approval: "none" | "required";
  };
  github?: {
    repositories: string[];
    max_calls: number;
    /** A token of one's own that only reads */
    secret?: string;
    approval: "none" | "required";
  };
  email?: {
    domains: string[];
    max_messages_per_day: number;
    approval: "none" | "required";
  };
  /** Less than the engine's defaults; of `wall_ms` also more, up to the engine's ceiling */
  limits?: {
    wall_ms?: number;
    cpu_ms?: number;
    memory_bytes?: number;
    output_bytes?: number;
    log_bytes?: number;
    events?: number;
    tool_calls?: number;
    tool_concurrency?: number;
    tool_bytes?: number;
  };
  /** How long a call waits for a person */
  approval_seconds: number;
}

/** Part of NewAgent. */
export interface PolicyInput {
  fetch?: {
    rules: {
      host: string;
      port?: number | undefined;
      methods?: ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE")[] | undefined;
      paths?: string[] | undefined;
      secret?: {
        name: string;
        header?: string | undefined;
        prefix?: string | undefined;
      } | undefined;
    }[];
    max_calls?: number | undefined;
    /** Of all requests and responses of one run together */
    max_bytes?: number | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  files?: {
    access?: "read" | "write" | undefined;
    /** Of the whole workspace */
    max_bytes?: number | undefined;
    max_files?: number | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  shell?: {
    commands: string[];
    /** Of one command line */
    max_ms?: number | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  llm?: {
    models: string[];
    /** In and out together, of one run */
    max_tokens?: number | undefined;
    max_microusd_per_day?: number | undefined;
    /** A key of one's own for the provider */
    secret?: string | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  search?: {
    max_calls?: number | undefined;
    max_results?: number | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  github?: {
    repositories: string[];
    max_calls?: number | undefined;
    /** A token of one's own that only reads */
    secret?: string | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  email?: {
    domains: string[];
    max_messages_per_day?: number | undefined;
    approval?: "none" | "required" | undefined;
  } | undefined;
  /** Less than the engine's defaults; of `wall_ms` also more, up to the engine's ceiling */
  limits?: {
    wall_ms?: number | undefined;
    cpu_ms?: number | undefined;
    memory_bytes?: number | undefined;
    output_bytes?: number | undefined;
    log_bytes?: number | undefined;
    events?: number | undefined;
    tool_calls?: number | undefined;
    tool_concurrency?: number | undefined;
    tool_bytes?: number | undefined;
  } | undefined;
  /** How long a call waits for a person */
  approval_seconds?: number | undefined;
}

/** What `GET /execute/runs/{id}/policy` answers. */
export interface PolicyProposal {
  policy: Policy;
  denied: {
    tool: string;
    target: string;
    reason: string | null;
  }[];
}

/** What `POST /agents/{name}/publish` takes. */
export interface Publication {
  version: number;
}

/** What `GET /admin/quarantines` answers. */
export interface Quarantine {
  id: string;
  kind: "agent" | "key" | "user" | "everything";
  target: string | null;
  reason: string;
  created_by: string | null;
  created_at: string;
  released_by: string | null;
  released_at: string | null;
  note: string | null;
}

/** What `GET /admin/queue` answers. */
export interface QueueOverview {
  backend: "table" | "pgmq";
  /** Queued runs */
  depth: number;
  /** Those that wait for a moment, or were just taken */
  delayed: number;
  oldest_at: string | null;
  /** Those that were not replayed */
  dead_letters: number;
  /** Those with the most queued runs */
  users: {
    user_id: string;
    queued: number;
    running: number;
    oldest_at: string;
  }[];
  /** Who has queued runs in hand */
  workers: {
    worker: string;
    runs: number;
  }[];
}

/** What `POST /admin/quarantines/{id}/release` takes. */
export interface Release {
  note?: string | undefined;
}

/** What `POST /admin/queue/dead/{run}/replay` answers. */
export interface Replay {
  run: string;
}

/** Part of Limits. */
export interface RequestBudget {
  budget: "read" | "write" | "execute" | "stream";
  quota: number;
  window_s: number;
  remaining: number;
  /** Seconds until the window that goes on ends */
  reset_s: number;
}

/** What `PUT /admin/retention/{kind}` takes. */
export interface RetentionChange {
  /** null is for ever */
  keep_days: number | null;
}

/** What `GET /admin/retention` answers. */
export interface RetentionPolicies {
  data: RetentionPolicy[];
}

/** Part of RetentionPolicies. */
export interface RetentionPolicy {
  kind: string;
  /** null is for ever */
  keep_days: number | null;
  min_days: number;
  max_days: number;
  updated_at: string | null;
  updated_by: string | null;
}

/** What `POST /admin/retention/run` answers. */
export interface RetentionRound {
  dry_run: boolean;
  counts: Record<string, number>;
  partitions: string[];
  /** Whether there is more than one call removes */
  more: boolean;
}

/** What `POST /admin/keys/{id}/rotate` takes. */
export interface Rotation {
  /** Seconds for which the old key stays good */
  overlap_s?: number | undefined;
}

/** Part of Rules. */
export interface Rule {
  name: string;
  type:
    | "auth_failed"
    | "rate_limited"
    | "permission_denied"
    | "probing"
    | "suspicious"
    | "egress_denied"
    | "anomaly"
    | "address_blocked"
    | "rejected";
  threshold: number;
  window_s: number;
  per: "user" | "address" | "global";
  enabled: boolean;
}

/** What `PUT /admin/alert-rules/{name}` takes. */
export interface RuleChange {
  type?:
    | "auth_failed"
    | "rate_limited"
    | "permission_denied"
    | "probing"
    | "suspicious"
    | "egress_denied"
    | "anomaly"
    | "address_blocked"
    | "rejected"
    | undefined;
  per?: "user" | "address" | "global" | undefined;
  threshold?: number | undefined;
  window_s?: number | undefined;
  enabled?: boolean | undefined;
}

/** What `GET /admin/alert-rules` answers. */
export interface Rules {
  data: Rule[];
}

/** What `POST /execute/agents/{name}` answers. */
export interface Run {
  id: string;
  agent: string;
  version: number;
  status:
    | "queued"
    | "running"
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled"
    | "lost";
  input: unknown;
  output: unknown;
  error: RunError | null;
  engine: string | null;
  layers: string[] | null;
  limits: RunLimits | null;
  usage: RunUsage | null;
  attempt: number;
  trigger: "request" | "schedule" | "webhook";
  request_id: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

/** Part of Run. */
export interface RunError {
  kind:
    | "threw"
    | "syntax"
    | "contract"
    | "cpu_limit"
    | "wall_limit"
    | "stalled"
    | "memory_limit"
    | "output_limit"
    | "log_limit"
    | "event_limit"
    | "tool_limit"
    | "cancelled"
    | "internal"
    | "lost";
  name: string;
  message: string;
  line?: number;
  column?: number;
}

/** Part of RunEvents. */
export interface RunEvent {
  seq: number;
  type: string;
  at: string;
  data: unknown;
}

/** What `GET /execute/runs/{id}/events` answers. */
export interface RunEvents {
  data: RunEvent[];
}

/** Part of Run. */
export interface RunLimits {
  wall_ms: number;
  cpu_ms: number;
  memory_bytes: number;
  output_bytes: number;
  log_bytes: number;
  events: number;
  tool_calls: number;
  tool_concurrency: number;
  tool_bytes: number;
}

/** What `GET /agents/runs` answers. */
export interface RunSummary {
  id: string;
  agent: string;
  version: number;
  status:
    | "queued"
    | "running"
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled"
    | "lost";
  trigger: "request" | "schedule" | "webhook";
  engine: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

/** Part of Run. */
export interface RunUsage {
  wall_ms: number;
  cpu_ms: number;
  memory_bytes: number;
  output_bytes: number;
  log_bytes: number;
  events: number;
  tool_calls: number;
}

/** What `GET /agents/usage` answers. */
export interface RunUsageReport {
  time_zone: string;
  /** Null, or the moment before which runs were too many to be counted */
  counted_since: string | null;
  total: {
    runs: number;
    statuses: {
      queued: number;
      running: number;
      succeeded: number;
      failed: number;
      timed_out: number;
      out_of_memory: number;
      output_exceeded: number;
      cancelled: number;
      lost: number;
    };
    /** How long all of them took together */
    wall_ms: number;
    /** Half of them took at most so long */
    wall_p50_ms: number | null;
    /** 19 of 20 took at most so long */
    wall_p95_ms: number | null;
    /** CPU time of all of them together */
    cpu_ms: number;
  };
  days: {
    runs: number;
    statuses: {
      queued: number;
      running: number;
      succeeded: number;
      failed: number;
      timed_out: number;
      out_of_memory: number;
      output_exceeded: number;
      cancelled: number;
      lost: number;
    };
    /** How long all of them took together */
    wall_ms: number;
    /** Half of them took at most so long */
    wall_p50_ms: number | null;
    /** 19 of 20 took at most so long */
    wall_p95_ms: number | null;
    /** CPU time of all of them together */
    cpu_ms: number;
    day: string;
  }[];
  /** Those with most runs, by the names that they had then */
  agents: {
    runs: number;
    statuses: {
      queued: number;
      running: number;
      succeeded: number;
      failed: number;
      timed_out: number;
      out_of_memory: number;
      output_exceeded: number;
      cancelled: number;
      lost: number;
    };
    /** How long all of them took together */
    wall_ms: number;
    /** Half of them took at most so long */
    wall_p50_ms: number | null;
    /** 19 of 20 took at most so long */
    wall_p95_ms: number | null;
    /** CPU time of all of them together */
    cpu_ms: number;
    agent: string;
  }[];
}

/** What `GET /admin/runners` answers. */
export interface Runner {
  id: string;
  name: string;
  /** What stands in its key, before the secret */
  public_id: string;
  created_by: string | null;
  created_at: string;
  /** To five seconds */
  last_seen_at: string | null;
  revoked_at: string | null;
}

/** What `GET /admin/sandbox` answers. */
export interface Sandbox {
  engine: string;
  /** The walls around a program, outermost last */
  layers: string[];
  defaults: SandboxLimits;
  ceiling: SandboxLimits;
  /** What the engine's pool counts, where it has one */
  pool: Record<string, number> | null;
}

/** Part of Sandbox. */
export interface SandboxLimits {
  wall_ms: number;
  cpu_ms: number;
  memory_bytes: number;
  output_bytes: number;
  log_bytes: number;
  events: number;
  tool_calls: number;
  tool_concurrency: number;
  tool_bytes: number;
}

/** What `GET /agents/{name}/schedules` answers. */
export interface Schedule {
  id: string;
  name: string;
  /** Five fields: minute, hour, day of the month, month, day of the week */
  cron: string;
  /** A name of the IANA database */
  time_zone: string;
  /** The schedule fires always the same time later than planned, up to so much */
  jitter_seconds: number;
  /** Whether a time that was missed by more than five minutes is made up for, once */
  missed: "skip" | "once";
  input: unknown;
  /** The version that runs; null for the published one */
  version: number | null;
  enabled: boolean;
  /** When it fires next, with its jitter */
  next_at: string | null;
  /** When it last queued a run */
  last_at: string | null;
  last_run_id: string | null;
  /** What kept the last run from being queued: the code of a problem, or `missed` */
  last_problem: string | null;
  /** The API key that made it, or changed it last: it ends with that */
  made_by: string | null;
  created_at: string;
  updated_at: string;
}

/** What `PATCH /agents/{name}/schedules/{schedule}` takes. */
export interface ScheduleChange {
  /** Five fields: minute, hour, day of the month, month, day of the week */
  cron?: string | undefined;
  /** A name of the IANA database */
  time_zone?: string | undefined;
  /** The schedule fires always the same time later than planned, up to so much */
  jitter_seconds?: number | undefined;
  /** Whether a time that was missed by more than five minutes is made up for, once */
  missed?: "skip" | "once" | undefined;
  input?: unknown | undefined;
  /** The version that runs; null for the published one */
  version?: number | null | undefined;
  enabled?: boolean | undefined;
}

/** What `GET /agents/{name}/schedules/preview` answers. */
export interface SchedulePreview {
  data: string[];
}

/** What `GET /admin/secrets` answers. */
export interface Secret {
  id: string;
  name: string;
  /** Null also where the caller may not read agents */
  agent: string | null;
  /** The one agent that it is for; null for all of them */
  agent_id: string | null;
  hosts: string[];
  version: number;
  created_at: string;
  /** When it got its value */
  updated_at: string;
  expires_at: string | null;
  /** Of this version, to the minute */
  last_used_at: string | null;
}

/** What `PUT /admin/secrets/{id}` takes. */
export interface SecretChange {
  /** It is in no answer, ever */
  value: string;
  /** The only hosts that the value is sent to */
  hosts?: string[] | undefined;
  /** In the future; null for never */
  expires_at?: string | null | undefined;
}

/** What `POST /admin/secrets/rotate` answers. */
export interface SecretRotation {
  /** Locked by the current key, just now */
  resealed: number;
  /** Of everybody's, not to be opened: the log of the function says why */
  failed: number;
  /** Locked by other keys still; but for those that failed, it goes on */
  remaining: number;
}

/** What `GET /admin/events` answers. */
export interface SecurityEvent {
  id: string;
  type:
    | "auth_failed"
    | "rate_limited"
    | "permission_denied"
    | "probing"
    | "suspicious"
    | "egress_denied"
    | "anomaly"
    | "address_blocked"
    | "rejected";
  at: string;
  count: number;
  user_id: string | null;
  key_id: string | null;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
  method: string | null;
  route: string | null;
  code: string | null;
  data: unknown;
}

/** Part of ToolCalls. */
export interface ToolCall {
  id: string;
  seq: number;
  tool: string;
  target: string;
  summary: unknown;
  /** SHA-256 of tool and arguments */
  args_hash: string;
  verdict: "allowed" | "denied" | "waiting" | "approved" | "refused" | "expired";
  /** Why it was denied */
  reason: string | null;
  /** `ok`, the code of what went wrong, or `abandoned` by the run's end */
  outcome: string | null;
  /** Beyond the target: redirects that were followed, files that a line of the shell saw or changed. The first 20 */
  reached: {
    tool: string;
    target: string;
  }[] | null;
  bytes_in: number;
  bytes_out: number;
  ms: number | null;
  created_at: string;
  deadline_at: string | null;
  decided_at: string | null;
  begun_at: string | null;
  ended_at: string | null;
}

/** What `GET /execute/runs/{id}/calls` answers. */
export interface ToolCalls {
  data: ToolCall[];
}

/** What `GET /admin/users` answers. */
export interface User {
  id: string;
  email: string | null;
  role: "viewer" | "user" | "streamer" | "admin";
  /** False where it is the role that everybody has */
  assigned: boolean;
  quarantined_at: string | null;
  created_at: string | null;
}

/** Part of Verification. */
export interface Verdict {
  name: string;
  want: "timeout" | "memory" | "limit" | "refused" | "error" | "harmless" | "ok";
  attempted: string;
  /** How it ended, or `skipped` for want of time */
  ending: string;
  /** Null if it was skipped */
  held: boolean | null;
  ms: number;
}

/** What `POST /admin/sandbox/verify` answers. */
export interface Verification {
  engine: string;
  layers: string[];
  held: number;
  breached: number;
  skipped: number;
  programs: Verdict[];
}

/** What `POST /agents/{name}/versions` answers. */
export interface Version {
  version: number;
  language: "typescript" | "javascript";
  /** SHA-256 of the source */
  source_hash: string;
  created_at: string;
  /** When it was first published */
  published_at: string | null;
  /** `needed`: it is granted more than the last version that could run */
  approval: "not_needed" | "needed" | "approved";
  approved_at: string | null;
  source: string;
  input_schema: InputSchema | null;
  policy: Policy;
  /** Names the policy: it is approved by this */
  policy_hash: string;
  findings: Finding[];
}

/** What `GET /agents/{name}/versions/{version}/diff` answers. */
export interface VersionDiff {
  from: number;
  to: number;
  /** Unified diff; empty when the sources are the same */
  patch: string;
}

/** What `GET /agents/{name}/versions` answers. */
export interface VersionSummary {
  version: number;
  language: "typescript" | "javascript";
  /** SHA-256 of the source */
  source_hash: string;
  created_at: string;
  /** When it was first published */
  published_at: string | null;
  /** `needed`: it is granted more than the last version that could run */
  approval: "not_needed" | "needed" | "approved";
  approved_at: string | null;
}

/** What `GET /agents/{name}/webhooks` answers. */
export interface Webhook {
  id: string;
  url: string;
  statuses: (
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled"
    | "lost"
  )[];
  enabled: boolean;
  /** Why it was switched off for you: three days of failures, or a 410 */
  disabled_reason: "failing" | "gone" | null;
  failing_since: string | null;
  secret_version: number;
  /** The API key that it was made by, and with which it ends */
  made_by: string | null;
  created_at: string;
  updated_at: string;
}

/** What `PATCH /agents/{name}/webhooks/{id}` takes. */
export interface WebhookChange {
  /** Where to tell of it: https */
  url?: string | undefined;
  /** How a run has to end for it to be told */
  statuses?:
    | (
      | "succeeded"
      | "failed"
      | "timed_out"
      | "out_of_memory"
      | "output_exceeded"
      | "cancelled"
      | "lost"
    )[]
    | undefined;
  enabled?: boolean | undefined;
}

/** What `GET /agents/{name}/webhooks/{id}/deliveries` answers. */
export interface WebhookDelivery {
  id: string;
  run: string;
  run_status:
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled"
    | "lost";
  state: "waiting" | "sending" | "delivered" | "gave_up";
  attempts: number;
  /** When it is tried next */
  next_at: string | null;
  created_at: string;
  delivered_at: string | null;
  /** Of the last answer; null without one */
  last_status: number | null;
  /** Why there was none */
  last_error: string | null;
  /** What it began with */
  response: string | null;
  duration_ms: number | null;
}

/** What `POST /agents/{name}/webhooks/{id}/rotate` takes. */
export interface WebhookRotation {
  /** How many seconds the secret before signs beside it */
  overlap_s?: number | undefined;
}

/** What `POST /agents/{name}/webhooks` answers. */
export interface WebhookWithSecret {
  id: string;
  url: string;
  statuses: (
    | "succeeded"
    | "failed"
    | "timed_out"
    | "out_of_memory"
    | "output_exceeded"
    | "cancelled"
    | "lost"
  )[];
  enabled: boolean;
  /** Why it was switched off for you: three days of failures, or a 410 */
  disabled_reason: "failing" | "gone" | null;
  failing_since: string | null;
  secret_version: number;
  /** The API key that it was made by, and with which it ends */
  made_by: string | null;
  created_at: string;
  updated_at: string;
  secret: string;
}
