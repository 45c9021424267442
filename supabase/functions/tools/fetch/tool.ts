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
import { type Reached, ToolRefusal } from "../../_shared/policy/refusal.ts";
import { coversHost, type FetchGrant, findRule } from "../../_shared/policy/rule.ts";
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
import { FetchArgs, type FetchValue } from "./schema.ts";
import { summaryOf } from "./summary.ts";

/** What `fetch` is made of. */
export interface FetchDeps {
  egress: Egress;
  secrets: SecretKeeper;
}

/** Of one answer's body: as much as crosses an engine's border. */
export const MAX_BODY_BYTES = 256 * 1024;
/** As many calls at once have room where there is little; an answer of this size always has. */
const SHARES = 8;
const MIN_SHARE_BYTES = 32 * 1024;

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

async function plan(args: FetchArgs, { egress }: FetchDeps): Promise<Plan<FetchGrant>> {
  const url = readTarget(args.url);
  const { method } = args;
  const isPrivate = egress.isPrivate(url);
  return {
    target: targetOf(method, url),
    summary: await summaryOf(args, url),
    whole: ["method", "url"],
    check(granted) {
      findRule(granted, { url, method, isPrivate });
      checkHeaders(args.headers);
    },
    amounts: ({ max_calls, max_bytes }, whose) => {
      const size = sizeOf(args);
      const bytes = whose === "policy" ? size + shareOf(max_bytes, size) : 0;
      return [
        { scope: "run", what: "fetch_calls", amount: 1, most: max_calls },
        { scope: "run", what: "fetch_bytes", amount: bytes, most: max_bytes },
      ];
    },
  };
}

function targetOf(method: string, { origin, pathname }: URL): string {
  return `${method} ${origin}${pathname}`;
}

/**
 * Set aside for an answer before the call, beside the request itself: so much and no more may come.
 * Both together are an eighth of all that there is, so that calls at once do not take it from each
 * other.
 */
function shareOf(maxBytes: number, requestBytes: number): number {
  const share = Math.max(MIN_SHARE_BYTES, Math.floor(maxBytes / SHARES) - requestBytes);
  return Math.max(1, Math.min(MAX_BODY_BYTES, share, maxBytes - requestBytes));
}

function sizeOf(args: FetchArgs): number {
  const headers = Object.entries(args.headers).flat().join("").length;
  return args.url.length + headers + (bodyOf(args)?.length ?? 0);
}

async function perform(
  args: FetchArgs,
  deps: FetchDeps,
  at: Performing<FetchGrant>,
): Promise<Performed> {
  const seen: Seen = { secrets: new Set(), reached: [] };
  const { reached } = seen;
  try {
    const reply = await send(args, deps, at, seen);
    const value = await read(reply, createRedaction([...seen.secrets]));
    const moved = reply.moved();
    return { value, ...moved, spent: spentOf(moved), reached };
  } catch (thrown) {
    if (!(thrown instanceof ToolRefusal)) throw thrown;
    const { cause, until, code, message } = thrown;
    throw new ToolRefusal(code, message, { cause, ...until, spent: spentOf(until), reached });
  }
}

/** What a request came to on its way. */
interface Seen {
  /** Those that were shown to a server. */
  secrets: Set<string>;
  /** Redirects that could be followed. */
  reached: Reached[];
}

/** A body that a redirect takes along is taken from what may come back. */
function send(
  args: FetchArgs,
  deps: FetchDeps,
  at: Performing<FetchGrant>,
  seen: Seen,
): Promise<EgressResponse> {
  const body = bodyOf(args);
  const { url, method, headers, redirect, timeout_ms: timeoutMs } = args;
  let left = shareOf(at.granted.max_bytes, sizeOf(args));
  const rules: EgressRules = {
    permit: async (hop) => {
      const permit = await permitOf(hop, deps, at);
      if (hop.number > 0) {
        left -= hop.method === method ? body?.length ?? 0 : 0;
        if (left < 1) throw new ToolRefusal("budget_spent", "The body takes all the bytes.");
        seen.reached.push({ tool: "fetch", target: targetOf(hop.method, hop.url) });
      }
      for (const secret of permit.secrets ?? []) seen.secrets.add(secret);
      return permit;
    },
    redirect,
    timeoutMs,
    tenant: at.run.userId,
    get maxBytes() {
      return left;
    },
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
