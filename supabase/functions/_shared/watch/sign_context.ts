import { base64url } from "jose";
import * as z from "zod";
import type { RequestContext } from "../context.ts";
import { rows } from "../db.ts";
import { describe, type Log } from "../log.ts";
import type { Service } from "../service.ts";

/** The request header in which the Data API is told on whose request we call it. */
export const CONTEXT_HEADER = "x-cloister-context";

/** Makes the value of `CONTEXT_HEADER`; undefined while there is no key to sign it with. */
export type SignContext = (context: RequestContext) => Promise<string | undefined>;

/** What signing needs from outside. */
export interface SignContextDeps {
  /** Only `context_key` is called. */
  service: Service;
  log: Log;
  /** Milliseconds, from anywhere on. */
  now?(): number;
}

const MAX_USER_AGENT_CHARS = 512;
const FETCH_TIMEOUT_MS = 2_000;
/** After the key could not be fetched, calls go out without a context for so long. */
const PAUSE_MS = 5_000;

const Key = z.string().regex(/^[0-9a-f]{64}$/).transform((hex) =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
);

/**
 * Signs request contexts, so that the audit log can tell an address that the functions have seen
 * from one that a caller of the Data API claims. The key comes from the database, once per isolate;
 * without it calls go out unsigned rather than not at all.
 */
export function createSignContext(
  { service, log, now = () => performance.now() }: SignContextDeps,
): SignContext {
  let key: Promise<Uint8Array | undefined> | undefined;
  let failedAt = -Infinity;
  async function fetchKey(): Promise<Uint8Array | undefined> {
    try {
      const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
      return Key.parse(rows(await service("context_key", {}, signal)));
    } catch (cause) {
      log("warn", "context_not_signed", { cause: describe(cause) });
      failedAt = now();
      return undefined;
    }
  }
  return async (context) => {
    if (key === undefined && now() - failedAt < PAUSE_MS) return undefined;
    const bytes = await (key ??= fetchKey());
    if (bytes !== undefined) return await signContext(bytes, context);
    key = undefined;
    return undefined;
  };
}

/** `<base64url of JSON>.<hex mark>`, as `app.request_context()` verifies it. */
export async function signContext(key: Uint8Array, context: RequestContext): Promise<string> {
  const { requestId, address = null, userAgent } = context;
  const payload = base64url.encode(JSON.stringify({
    request_id: requestId,
    address,
    user_agent: userAgent?.slice(0, MAX_USER_AGENT_CHARS).toWellFormed() ?? null,
  }));
  const inner = await sha256(key, new TextEncoder().encode(payload));
  return `${payload}.${hex(await sha256(key, inner))}`;
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
