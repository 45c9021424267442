import * as z from "zod";
import { createCache } from "../../_shared/cache.ts";
import type { Egress, EgressResponse, Moved } from "../../_shared/egress/egress.ts";
import { createRedaction } from "../../_shared/egress/redact.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { ask, readJson, refusalOf, type Upstream } from "../../_shared/upstream.ts";
import { VERSION } from "../../_shared/version.ts";
import { type Action, isSame } from "./actions.ts";
import { type GithubArgs, Repository } from "./schema.ts";

/** What was read, and the bytes that moved for it. */
export interface GithubAnswer extends Moved {
  data: unknown;
}

/** What is read, and by whom. */
export interface Reading {
  action: Action;
  args: GithubArgs;
  /** A token of the user's own; without it the operator's is used, and that for what is public. */
  ownToken: string | undefined;
  signal: AbortSignal;
}

/** GitHub, as far as it can be read. */
export interface Github {
  url: string;
  /**
   * Throws `ToolRefusal`: `not_found` also where the operator's token would show what is private,
   * `repository_denied` where a repository has moved, `secret_denied` where a token can write.
   */
  read(reading: Reading): Promise<GithubAnswer>;
}

/** Where GitHub is, and who we are there. */
export interface GithubOptions {
  /** Absolute, without a slash at the end. */
  url: string;
  /** The operator's. It needs no right at all: it only raises the rate limit. */
  token: string | undefined;
  timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 4 * 1_024 * 1_024;
const PUBLIC_FOR_MS = 5 * 60_000;
const NOTHING = "There is no such thing, or no such repository.";

interface Visibility {
  isPublic: boolean;
  until: number;
}

/** A client that sends GET alone, and follows nowhere. */
export function createGithub(
  egress: Egress,
  { url, token, timeoutMs = TIMEOUT_MS }: GithubOptions,
): Github {
  const visibilities = createCache<Visibility>({
    capacity: 1_000,
    staleAt: ({ until }) => until,
    now: Date.now,
  });
  const get = async (path: string, query: Record<string, string>, by: By) => {
    const upstream = upstreamOf(url, by.token);
    const { signal } = by;
    const limits = { timeoutMs, maxBytes: MAX_BYTES, redirect: "manual" } as const;
    const question = { method: "GET", path, query, headers: HEADERS, ...limits } as const;
    const response = await ask({ egress, upstream, signal }, question);
    await refuse(upstream, response);
    return { json: await readJson(upstream, response, z.unknown()), moved: response.moved() };
  };
  const visibility = async (repository: string): Promise<Visibility> => {
    // Others wait for the same answer: it does not end with the run that asked first.
    const signal = AbortSignal.timeout(timeoutMs);
    const { json } = await get(`/repos/${repository}`, {}, { token, signal });
    const found = Repository.safeParse(json);
    const isPublic = found.success && !found.data.private &&
      isSame(found.data.full_name, repository);
    return { isPublic, until: Date.now() + PUBLIC_FOR_MS };
  };
  return {
    url,
    async read({ action, args, ownToken, signal }) {
      const by = { token: ownToken ?? token, signal };
      if (ownToken === undefined && token !== undefined) {
        const key = args.repository.toLowerCase();
        const { isPublic } = await visibilities.get(key, () => visibility(args.repository));
        if (!isPublic) throw new ToolRefusal("not_found", NOTHING);
      }
      const path = action.path(args);
      const full = path.startsWith("//") ? path.slice(1) : `/repos/${args.repository}${path}`;
      const { json, moved } = await get(full, action.query?.(args) ?? {}, by);
      return { data: blotted(readWith(action, json, args), by.token), ...moved };
    },
  };
}

interface By {
  token: string | undefined;
  signal: AbortSignal;
}

const HEADERS = {
  accept: "application/vnd.github+json",
  "user-agent": `cloister/${VERSION}`,
  "x-github-api-version": "2022-11-28",
};

function upstreamOf(url: string, token: string | undefined): Upstream {
  if (token === undefined) return { name: "github", url, headers: {}, secrets: [] };
  const headers = { authorization: `Bearer ${token}` };
  return { name: "github", url, headers, secrets: [token] };
}

/** Classic tokens say what they may; those that may do more than read are not to lie around here. */
const HARMLESS = /^(?:read:[\w-]+|user:email)?$/;

async function refuse(upstream: Upstream, response: EgressResponse): Promise<void> {
  const { status, headers } = response;
  const scopes = (headers["x-oauth-scopes"] ?? "").split(",").map((scope) => scope.trim());
  const refusal = scopes.some((scope) => !HARMLESS.test(scope))
    ? new ToolRefusal("secret_denied", "The token for github can write: use one that cannot.")
    : refusalByStatus(status);
  if (refusal === undefined && status === 200) return;
  if (refusal === undefined) throw await refusalOf(upstream, response);
  await response.body.cancel();
  throw refusal;
}

function refusalByStatus(status: number): ToolRefusal | undefined {
  if (status === 404 || status === 410) return new ToolRefusal("not_found", NOTHING);
  if (status < 300 || status >= 400) return undefined;
  const moved = "It has moved: name the repository as it is called now.";
  return new ToolRefusal("repository_denied", moved);
}

/** Files come in base64 with line breaks, where a token is not found before they are decoded. */
function blotted(data: unknown, token: string | undefined): unknown {
  if (token === undefined) return data;
  const redaction = createRedaction([token]);
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return redaction.text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(data);
}

function readWith(action: Action, json: unknown, args: GithubArgs): unknown {
  try {
    return action.read(json, args);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new ToolRefusal("upstream_failed", "github answered what nobody can read.", { cause });
  }
}
