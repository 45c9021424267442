/**
 * Who may do what, over HTTP: every route for every role, key and stranger. It is longer than 300
 * lines because it is one table, which is read as a whole.
 */
import type { Things } from "./cast.ts";

/** What each role may do, written down here, not read anywhere. */
export const ROLES = {
  viewer: ["agents:read"],
  user: [
    "agents:read",
    "agents:write",
    "agents:execute",
    "runs:cancel",
    "keys:manage",
    "secrets:manage",
  ],
  streamer: [
    "agents:read",
    "agents:write",
    "agents:execute",
    "runs:cancel",
    "keys:manage",
    "secrets:manage",
    "agents:stream",
  ],
  admin: [
    "agents:read",
    "agents:write",
    "agents:execute",
    "runs:cancel",
    "keys:manage",
    "secrets:manage",
    "agents:stream",
    "audit:read",
    "metrics:read",
    "admin",
  ],
} as const;

/** What a key can be allowed: everything but to manage keys. */
export const SCOPES = [
  "agents:read",
  "agents:write",
  "agents:execute",
  "agents:stream",
  "runs:cancel",
  "secrets:manage",
  "audit:read",
  "metrics:read",
  "admin",
] as const;

/** What a key for one agent can be allowed: nothing that is about all of them. */
export const ONE_AGENT = SCOPES.filter((scope) =>
  scope !== "audit:read" && scope !== "metrics:read" && scope !== "admin"
);

/** What a route asks of its callers, and how a request of it looks. */
export interface Expected {
  /** All of these; `public` where no credentials are needed, `clock` and `runner` where no user's suffice. */
  needs: readonly (typeof ROLES.admin)[number][] | "public" | "clock" | "runner";
  /** The status of whoever may, on what is theirs. */
  ok: number;
  /** The code of a problem that whoever may is told here, where the tests' stack lacks something. */
  code?: string;
  /** The request, about these things. */
  path(things: Things): string;
  body?(things: Things): unknown;
  headers?: Readonly<Record<string, string>>;
  /**
   * `own`: the path names something that is somebody's, and another's is as good as missing.
   * `shared`: it names something of the operator's. Left out where it names nothing.
   */
  names?: "own" | "shared";
  /** Set where a person has to be there: no API key may, whatever its scopes. */
  session?: true;
}

const STREAM = { accept: "text/event-stream" };
const SOURCE = "export default () => 1;";
const VALUE = "a value of the matrix";

/**
 * Every route that there is. A suffix after the path tells the ways to ask it apart. A route that
 * is mounted and missing here fails the test, and so does one that is here and not mounted.
 */
export const ROUTES: Readonly<Record<string, Expected>> = {
  "GET /agents/health": { needs: "public", ok: 200, path: () => "/agents/health" },
  "GET /execute/health": { needs: "public", ok: 200, path: () => "/execute/health" },
  "GET /admin/health": { needs: "public", ok: 200, path: () => "/admin/health" },
  "GET /retention/health": { needs: "public", ok: 200, path: () => "/retention/health" },
  "GET /mcp/health": { needs: "public", ok: 200, path: () => "/mcp/health" },
  "GET /mcp/.well-known/oauth-protected-resource": {
    needs: "public",
    ok: 200,
    path: () => "/mcp/.well-known/oauth-protected-resource",
  },
  "POST /mcp": {
    needs: ["agents:read"],
    ok: 200,
    path: () => "/mcp",
    headers: { accept: "application/json, text/event-stream" },
    body: () => ({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  },
  "POST /execute/queue/claims": {
    needs: "runner",
    ok: 200,
    path: () => "/execute/queue/claims",
    body: () => ({}),
  },
  "POST /execute/queue/claims/:run/begin": {
    needs: "runner",
    ok: 200,
    path: ({ run }) => `/execute/queue/claims/${run}/begin`,
    body: () => ({}),
  },
  "POST /execute/queue/claims/:run/events": {
    needs: "runner",
    ok: 200,
    path: ({ run }) => `/execute/queue/claims/${run}/events`,
    body: () => ({}),
  },
  "POST /execute/queue/claims/:run/settle": {
    needs: "runner",
    ok: 200,
    path: ({ run }) => `/execute/queue/claims/${run}/settle`,
    body: () => ({}),
  },
  "POST /execute/queue/claims/:run/release": {
    needs: "runner",
    ok: 204,
    path: ({ run }) => `/execute/queue/claims/${run}/release`,
    body: () => ({}),
  },
  "POST /execute/queue/work": { needs: "clock", ok: 202, path: () => "/execute/queue/work" },
  "GET /admin/queue": { needs: ["admin"], ok: 200, path: () => "/admin/queue" },
  "GET /admin/queue/dead": { needs: ["admin"], ok: 200, path: () => "/admin/queue/dead" },
  "POST /admin/queue/dead/:run/replay": {
    needs: ["admin"],
    ok: 202,
    path: ({ run }) => `/admin/queue/dead/${run}/replay`,
  },
  "POST /retention/work": { needs: "clock", ok: 200, path: () => "/retention/work" },
  "GET /agents/openapi.json": { needs: "public", ok: 200, path: () => "/agents/openapi.json" },

  "GET /agents/limits": { needs: ["agents:read"], ok: 200, path: () => "/agents/limits" },
  "GET /agents/usage": { needs: ["agents:read"], ok: 200, path: () => "/agents/usage" },
  "GET /agents/runs": { needs: ["agents:read"], ok: 200, path: () => "/agents/runs" },
  "GET /agents/me/export": {
    needs: ["agents:read"],
    ok: 200,
    session: true,
    path: () => "/agents/me/export",
  },
  "GET /agents": { needs: ["agents:read"], ok: 200, path: () => "/agents" },
  "POST /agents": {
    needs: ["agents:write"],
    ok: 201,
    path: () => "/agents",
    body: ({ fresh }) => ({ name: fresh, source: SOURCE }),
  },
  "POST /agents/drafts": {
    needs: ["agents:write"],
    ok: 501,
    code: "llm_unavailable",
    path: () => "/agents/drafts",
    body: () => ({ description: "Counts the words of a text." }),
  },
  "GET /agents/:name": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}`,
  },
  "GET /agents/:name/openapi.json": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/openapi.json`,
  },
  "PATCH /agents/:name": {
    needs: ["agents:write"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}`,
    body: () => ({ description: "changed" }),
  },
  "DELETE /agents/:name": {
    needs: ["agents:write"],
    ok: 204,
    names: "own",
    path: ({ idle }) => `/agents/${idle}`,
  },
  "POST /agents/:name/archive": {
    needs: ["agents:write"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/archive`,
  },
  "POST /agents/:name/restore": {
    needs: ["agents:write"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/restore`,
  },
  "POST /agents/:name/publish": {
    needs: ["agents:write"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/publish`,
    body: () => ({ version: 1 }),
  },
  "GET /agents/:name/files": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/files`,
  },
  "GET /agents/:name/files/:path{.+}": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/files/planted.txt`,
  },
  "PUT /agents/:name/files/:path{.+}": {
    needs: ["agents:write"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/files/new.txt`,
    body: () => "new",
  },
  "DELETE /agents/:name/files/:path{.+}": {
    needs: ["agents:write"],
    ok: 204,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/files/planted.txt`,
  },
  "GET /agents/:name/hooks": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/hooks`,
  },
  "POST /agents/:name/hooks": {
    needs: ["agents:write", "agents:execute"],
    ok: 201,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/hooks`,
    body: () => ({}),
  },
  "GET /agents/:name/hooks/:id": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent, hook }) => `/agents/${agent}/hooks/${hook}`,
  },
  "PATCH /agents/:name/hooks/:id": {
    needs: ["agents:write", "agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent, hook }) => `/agents/${agent}/hooks/${hook}`,
    body: () => ({ enabled: true }),
  },
  "DELETE /agents/:name/hooks/:id": {
    needs: ["agents:write", "agents:execute"],
    ok: 204,
    names: "own",
    path: ({ agent, hook }) => `/agents/${agent}/hooks/${hook}`,
  },
  "POST /agents/:name/hooks/:id/rotate": {
    needs: ["agents:write", "agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent, hook }) => `/agents/${agent}/hooks/${hook}/rotate`,
    body: () => ({}),
  },
  "GET /agents/:name/webhooks": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/webhooks`,
  },
  "POST /agents/:name/webhooks": {
    needs: ["agents:read", "agents:write", "agents:execute"],
    ok: 201,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/webhooks`,
    body: () => ({ url: "https://example.com/" }),
  },
  "GET /agents/:name/webhooks/:id": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent, webhook }) => `/agents/${agent}/webhooks/${webhook}`,
  },
  "PATCH /agents/:name/webhooks/:id": {
    needs: ["agents:read", "agents:write", "agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent, webhook }) => `/agents/${agent}/webhooks/${webhook}`,
    body: () => ({ enabled: true }),
  },
  "DELETE /agents/:name/webhooks/:id": {
    needs: ["agents:read", "agents:write", "agents:execute"],
    ok: 204,
    names: "own",
    path: ({ agent, webhook }) => `/agents/${agent}/webhooks/${webhook}`,
  },
  "POST /agents/:name/webhooks/:id/rotate": {
    needs: ["agents:read", "agents:write", "agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent, webhook }) => `/agents/${agent}/webhooks/${webhook}/rotate`,
    body: () => ({}),
  },
  "GET /agents/:name/webhooks/:id/deliveries": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent, webhook }) => `/agents/${agent}/webhooks/${webhook}/deliveries`,
  },
  "POST /agents/:name/webhooks/:id/deliveries/:delivery/redeliver": {
    needs: ["agents:read", "agents:write", "agents:execute"],
    ok: 202,
    names: "own",
    path: ({ agent, webhook, delivery }) =>
      `/agents/${agent}/webhooks/${webhook}/deliveries/${delivery}/redeliver`,
  },
  "POST /execute/hooks/:id": {
    needs: "public",
    ok: 401,
    code: "signature_invalid",
    path: ({ hook }) => `/execute/hooks/${hook}`,
    body: () => ({}),
  },
  "GET /agents/:name/schedules": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/schedules`,
  },
  "POST /agents/:name/schedules": {
    needs: ["agents:write", "agents:execute"],
    ok: 201,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/schedules`,
    body: ({ fresh }) => ({ name: fresh, cron: "0 0 * * *" }),
  },
  "GET /agents/:name/schedules/preview": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) =>
      `/agents/${agent}/schedules/preview?cron=${encodeURIComponent("0 0 * * *")}`,
  },
  "GET /agents/:name/schedules/:schedule": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/schedules/planted`,
  },
  "PATCH /agents/:name/schedules/:schedule": {
    needs: ["agents:write", "agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/schedules/planted`,
    body: () => ({ missed: "once" }),
  },
  "DELETE /agents/:name/schedules/:schedule": {
    needs: ["agents:write", "agents:execute"],
    ok: 204,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/schedules/planted`,
  },
  "GET /agents/:name/versions": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/versions`,
  },
  "POST /agents/:name/versions": {
    needs: ["agents:write"],
    ok: 201,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/versions`,
    body: () => ({ source: SOURCE }),
  },
  "GET /agents/:name/versions/:version": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/versions/1`,
  },
  "POST /agents/:name/versions/:version/approve": {
    needs: ["agents:write"],
    session: true,
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/versions/1/approve`,
  },
  "GET /agents/:name/versions/:version/diff": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/versions/1/diff?against=1`,
  },
  "GET /agents/:name/runs": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/agents/${agent}/runs`,
  },

  "POST /execute/agents/:name": {
    needs: ["agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/execute/agents/${agent}`,
    body: () => ({ input: 1 }),
  },
  "POST /execute/agents/:name as a stream": {
    needs: ["agents:execute", "agents:stream"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/execute/agents/${agent}`,
    body: () => ({ input: 1 }),
    headers: STREAM,
  },
  "POST /execute/agents/:name/invoke": {
    needs: ["agents:execute"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/execute/agents/${agent}/invoke`,
    body: () => ({ query: "a" }),
  },
  "POST /execute/agents/:name/stream": {
    needs: ["agents:execute", "agents:stream"],
    ok: 200,
    names: "own",
    path: ({ agent }) => `/execute/agents/${agent}/stream`,
    body: () => ({ query: "a" }),
  },
  "GET /execute/runs/:id": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ run }) => `/execute/runs/${run}`,
  },
  "GET /execute/runs/:id/events": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ run }) => `/execute/runs/${run}/events`,
  },
  "GET /execute/runs/:id/events as a stream": {
    needs: ["agents:read", "agents:stream"],
    ok: 200,
    names: "own",
    path: ({ run }) => `/execute/runs/${run}/events`,
    headers: STREAM,
  },
  "POST /execute/runs/:id/cancel": {
    needs: ["runs:cancel"],
    ok: 202,
    names: "own",
    path: ({ run }) => `/execute/runs/${run}/cancel`,
  },
  "GET /execute/runs/:id/calls": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ run }) => `/execute/runs/${run}/calls`,
  },
  "POST /execute/runs/:id/calls/:call": {
    needs: ["agents:execute"],
    session: true,
    ok: 200,
    names: "own",
    path: ({ run, call }) => `/execute/runs/${run}/calls/${call}`,
    body: () => ({ decision: "approve" }),
  },
  "GET /execute/runs/:id/policy": {
    needs: ["agents:read"],
    ok: 200,
    names: "own",
    path: ({ run }) => `/execute/runs/${run}/policy`,
  },

  "GET /admin/keys": { needs: ["keys:manage"], ok: 200, path: () => "/admin/keys" },
  "POST /admin/keys": {
    needs: ["keys:manage"],
    ok: 201,
    path: () => "/admin/keys",
    body: () => ({ name: "new", scopes: ["agents:read"] }),
  },
  "GET /admin/keys/:id": {
    needs: ["keys:manage"],
    ok: 200,
    names: "own",
    path: ({ key }) => `/admin/keys/${key}`,
  },
  "POST /admin/keys/:id/rotate": {
    needs: ["keys:manage"],
    ok: 201,
    names: "own",
    path: ({ key }) => `/admin/keys/${key}/rotate`,
    body: () => ({}),
  },
  "DELETE /admin/keys/:id": {
    needs: ["keys:manage"],
    ok: 200,
    names: "own",
    path: ({ key }) => `/admin/keys/${key}`,
  },

  "GET /admin/secrets": { needs: ["secrets:manage"], ok: 200, path: () => "/admin/secrets" },
  "POST /admin/secrets": {
    needs: ["secrets:manage"],
    ok: 201,
    path: () => "/admin/secrets",
    body: ({ agent }) => ({ name: "NEW", value: VALUE, hosts: ["api.example.com"], agent }),
  },
  "GET /admin/secrets/:id": {
    needs: ["secrets:manage"],
    ok: 200,
    names: "own",
    path: ({ secret }) => `/admin/secrets/${secret}`,
  },
  "PUT /admin/secrets/:id": {
    needs: ["secrets:manage"],
    ok: 200,
    names: "own",
    path: ({ secret }) => `/admin/secrets/${secret}`,
    body: () => ({ value: VALUE }),
  },
  "DELETE /admin/secrets/:id": {
    needs: ["secrets:manage"],
    ok: 204,
    names: "own",
    path: ({ secret }) => `/admin/secrets/${secret}`,
  },
  "POST /admin/secrets/rotate": {
    needs: ["admin"],
    ok: 200,
    path: () => "/admin/secrets/rotate",
  },

  "GET /admin/users": { needs: ["admin"], ok: 200, path: () => "/admin/users" },
  "GET /admin/users/:id": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ user }) => `/admin/users/${user}`,
  },
  "DELETE /admin/users/:id": {
    needs: ["admin"],
    ok: 204,
    names: "shared",
    session: true,
    path: ({ doomed }) => `/admin/users/${doomed}`,
  },
  "PUT /admin/users/:id/role": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ user }) => `/admin/users/${user}/role`,
    body: () => ({ role: "viewer" }),
  },
  "DELETE /admin/users/:id/role": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ user }) => `/admin/users/${user}/role`,
  },
  "GET /admin/metrics": { needs: ["metrics:read"], ok: 200, path: () => "/admin/metrics" },
  "POST /admin/metrics/push": { needs: "clock", ok: 204, path: () => "/admin/metrics/push" },
  "GET /admin/audit": { needs: ["audit:read"], ok: 200, path: () => "/admin/audit" },
  "GET /admin/audit/export": {
    needs: ["audit:read"],
    ok: 200,
    path: () => "/admin/audit/export?action=role.assigned",
  },
  "GET /admin/audit/verification": {
    needs: ["audit:read"],
    ok: 200,
    path: () => "/admin/audit/verification",
  },
  "GET /admin/events": { needs: ["audit:read"], ok: 200, path: () => "/admin/events" },
  "GET /admin/alerts": { needs: ["audit:read"], ok: 200, path: () => "/admin/alerts" },
  "POST /admin/alerts/:id/acknowledge": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ alert }) => `/admin/alerts/${alert}/acknowledge`,
    body: () => ({}),
  },
  "GET /admin/alert-rules": { needs: ["audit:read"], ok: 200, path: () => "/admin/alert-rules" },
  "PUT /admin/alert-rules/:name": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ rule }) => `/admin/alert-rules/${rule}`,
    body: () => ({ threshold: 1, window_s: 3_600 }),
  },
  "GET /admin/blocks": { needs: ["admin"], ok: 200, path: () => "/admin/blocks" },
  "DELETE /admin/blocks/:address": {
    needs: ["admin"],
    ok: 204,
    names: "shared",
    path: ({ address }) => `/admin/blocks/${encodeURIComponent(address)}`,
  },
  "GET /admin/policy": { needs: ["admin"], ok: 200, path: () => "/admin/policy" },
  "PUT /admin/policy": {
    needs: ["admin"],
    ok: 200,
    path: () => "/admin/policy",
    body: ({ ceiling }) => ceiling,
  },
  "GET /admin/holds": { needs: ["admin"], ok: 200, path: () => "/admin/holds" },
  "POST /admin/holds": {
    needs: ["admin"],
    ok: 201,
    session: true,
    path: () => "/admin/holds",
    body: ({ agentId }) => ({ kind: "agent", target: agentId, reason: "a test" }),
  },
  "POST /admin/holds/:id/release": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    session: true,
    path: ({ hold }) => `/admin/holds/${hold}/release`,
    body: () => ({}),
  },
  "GET /admin/retention": { needs: ["admin"], ok: 200, path: () => "/admin/retention" },
  // As it is: what all tests share is not changed.
  "PUT /admin/retention/:kind": {
    needs: ["admin"],
    ok: 200,
    path: () => "/admin/retention/idempotency_keys",
    body: () => ({ keep_days: 1 }),
  },
  "POST /admin/retention/run": {
    needs: ["admin"],
    ok: 200,
    path: () => "/admin/retention/run",
    body: () => ({ dry_run: true, kind: "dead_letters" }),
  },
  "GET /admin/quarantines": { needs: ["admin"], ok: 200, path: () => "/admin/quarantines" },
  "POST /admin/quarantines": {
    needs: ["admin"],
    ok: 201,
    path: () => "/admin/quarantines",
    body: ({ agentId }) => ({ kind: "agent", target: agentId, reason: "a test" }),
  },
  "POST /admin/quarantines/:id/release": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ quarantine }) => `/admin/quarantines/${quarantine}/release`,
    body: () => ({}),
  },
  "GET /admin/runners": { needs: ["admin"], ok: 200, path: () => "/admin/runners" },
  "POST /admin/runners": {
    needs: ["admin"],
    session: true,
    ok: 201,
    path: () => "/admin/runners",
    body: () => ({ name: "a test" }),
  },
  "DELETE /admin/runners/:id": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ runner }) => `/admin/runners/${runner}`,
  },
  "GET /admin/evidence": { needs: ["admin"], ok: 200, path: () => "/admin/evidence" },
  "POST /admin/evidence": {
    needs: ["admin"],
    ok: 201,
    path: () => "/admin/evidence",
    body: ({ agentId }) => ({ kind: "agent", target: agentId, reason: "a test" }),
  },
  "GET /admin/evidence/:id": {
    needs: ["admin"],
    ok: 200,
    names: "shared",
    path: ({ evidence }) => `/admin/evidence/${evidence}`,
  },
  "GET /admin/sandbox": { needs: ["admin"], ok: 200, path: () => "/admin/sandbox" },
  "POST /admin/sandbox/verify": {
    needs: ["admin"],
    ok: 200,
    path: () => "/admin/sandbox/verify",
    body: () => ({ programs: ["c01_do_while"] }),
  },
};
