import { fromBase64 } from "../../_shared/base64.ts";
import type {
  Egress,
  EgressResponse,
  EgressRules,
  Hop,
  Permit,
} from "../../_shared/egress/egress.ts";
import { createRedaction, type Redaction } from "../../_shared/egress/redact.ts";
import { readTarget } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import {
  defineTool,
  type Performed,
  type Performing,
  type Plan,
  type Tool,
} from "../calls/tool.ts";
import { tell } from "./body.ts";
import { checkHeaders } from "./headers.ts";
import { coversHost, type FetchGrant, findRule } from "./rule.ts";
import { FetchArgs, type FetchValue } from "./schema.ts";

/** What `fetch` is made of. */
export interface FetchDeps {
  egress: Egress;
  secrets: SecretKeeper;
}

/** Of one answer's body: as much as crosses an engine's border. */
export const MAX_BODY_BYTES = 256 * 1024;
const SHOWN_BODY = 1_000;
const SHOWN_URL = 1_000;

/** `agent.fetch`: HTTP to where the policy says, each redirect asked for anew. */
export function createFetchTool(deps: FetchDeps): Tool {
  return defineTool({
    name: "fetch",
    grant: "fetch",
    args: FetchArgs,
    plan: (args) => plan(args, deps),
    perform: (args, at) => perform(args, deps, at),
  });
}

function plan(args: FetchArgs, { egress }: FetchDeps): Plan<FetchGrant> {
  const url = readTarget(args.url);
  const { method } = args;
  const isPrivate = egress.isPrivate(url);
  return {
    target: `${method} ${url.origin}${url.pathname}`,
    summary: summaryOf(args, url),
    check(granted) {
      findRule(granted, { url, method, isPrivate });
      checkHeaders(args.headers);
    },
    amounts: ({ max_calls, max_bytes }, whose) => {
      const bytes = whose === "policy" ? reserved(max_bytes) : 0;
      return [
        { scope: "run", what: "fetch_calls", amount: 1, most: max_calls },
        { scope: "run", what: "fetch_bytes", amount: bytes, most: max_bytes },
      ];
    },
  };
}

function summaryOf({ method, headers, body, body_base64: base64 }: FetchArgs, { href }: URL) {
  return {
    method,
    url: href.slice(0, SHOWN_URL),
    headers: Object.keys(headers),
    body: (body ?? base64 ?? "").slice(0, SHOWN_BODY),
  };
}

/** Set aside before a call: a whole answer, or all there is. */
function reserved(maxBytes: number): number {
  return Math.max(1, Math.min(MAX_BODY_BYTES, maxBytes));
}

async function perform(
  args: FetchArgs,
  deps: FetchDeps,
  at: Performing<FetchGrant>,
): Promise<Performed> {
  const shown = new Set<string>();
  try {
    const reply = await send(args, deps, at, shown);
    const value = await read(reply, createRedaction([...shown]));
    const moved = reply.moved();
    return { value, ...moved, spent: spentOf(moved) };
  } catch (thrown) {
    if (!(thrown instanceof ToolRefusal)) throw thrown;
    const { cause, until } = thrown;
    throw new ToolRefusal(thrown.code, thrown.message, { cause, ...until, spent: spentOf(until) });
  }
}

/** Every secret that is shown to a server on the way is noted in `shown`. */
function send(
  args: FetchArgs,
  deps: FetchDeps,
  at: Performing<FetchGrant>,
  shown: Set<string>,
): Promise<EgressResponse> {
  const body = bodyOf(args);
  const { url, method, headers, redirect, timeout_ms: timeoutMs } = args;
  const rules: EgressRules = {
    permit: async (hop) => {
      const permit = await permitOf(hop, deps, at);
      for (const secret of permit.secrets ?? []) shown.add(secret);
      return permit;
    },
    redirect,
    timeoutMs,
    maxBytes: reserved(at.granted.max_bytes),
  };
  return deps.egress.send({ url, method, headers, ...(body && { body }) }, rules, at.signal);
}

async function read(
  { url, status, headers, redirected, body }: EgressResponse,
  { text: clean }: Redaction,
): Promise<FetchValue> {
  const bytes = new Uint8Array(await new Response(body).arrayBuffer());
  const told = tell(bytes, headers["content-type"] ?? "", clean);
  return { url, status, headers: { ...headers }, ...told, redirected };
}

function spentOf({ bytesIn = 0, bytesOut = 0 }: { bytesIn?: number; bytesOut?: number }) {
  return [{ scope: "run" as const, what: "fetch_bytes", amount: bytesIn + bytesOut }];
}

/** Policy and ceiling are asked for each hop, and the secret's own hosts beside them. */
async function permitOf(
  { url, method }: Hop,
  { egress, secrets }: FetchDeps,
  { granted, ceiling, run: { userId, agentId }, signal }: Performing<FetchGrant>,
): Promise<Permit> {
  const wanted = { url, method, isPrivate: egress.isPrivate(url) };
  const { secret: wish } = findRule(granted, wanted);
  findRule(ceiling, wanted);
  if (wish === undefined) return {};
  if (url.protocol !== "https:" && !wanted.isPrivate) {
    throw new ToolRefusal("secret_denied", "A secret does not go where there is no TLS.");
  }
  const secret = await secrets.reveal({ userId, agentId, name: wish.name }, signal);
  if (secret === undefined) {
    throw new ToolRefusal("secret_denied", `There is no secret ${wish.name} that holds.`);
  }
  if (!secret.hosts.some((pattern) => coversHost(pattern, wanted))) {
    throw new ToolRefusal("secret_denied", `The secret ${wish.name} is not for this host.`);
  }
  const { value } = secret;
  return { headers: { [wish.header]: wish.prefix + value }, secrets: [value] };
}

function bodyOf({ body, body_base64: base64 }: FetchArgs): Uint8Array | undefined {
  if (base64 !== undefined) return fromBase64(base64);
  return body === undefined ? undefined : new TextEncoder().encode(body);
}
