import { Webhook } from "standardwebhooks";
import type { Egress, EgressResponse } from "../egress/egress.ts";
import { mask } from "../log.ts";
import { readTarget } from "../policy/match.ts";
import { ToolRefusal } from "../policy/refusal.ts";
import { clean } from "../untrusted/clean.ts";

/** One message on its way, the same bytes at each try. */
export interface WebhookMessage {
  /** The same at each try, so that a receiver can tell a repetition. */
  id: string;
  url: string;
  /** What it is signed with: the current secret, and the one before while that is good. */
  secrets: readonly string[];
  body: string;
  /** Whose message it is: nobody has more than a quarter of the connections. */
  tenant: string;
  /** How long all of it may take; 10 s if left out. */
  timeoutMs?: number | undefined;
}

/** How one try went. */
export interface Outcome {
  delivered: boolean;
  /** Whether trying again is of no use. */
  final: boolean;
  /** The answer's status; undefined where there was none in time. */
  status: number | undefined;
  /** Why there was no answer, as a code. */
  error: string | undefined;
  /**
   * What the answer begins with: at most 1,024 characters, without controls or secrets. Undefined
   * where there was none, and of what the operator declared reachable inside.
   */
  response: string | undefined;
  durationMs: number;
}

const TIMEOUT_MS = 10_000;
/** More of an answer is not read, and less is kept. */
const MAX_READ_BYTES = 4_096;
const MAX_KEPT_CHARS = 1_024;
/** A server that answers more at once is cut off; the answer still counts. */
const MAX_BYTES = 1024 * 1024;

/**
 * Sends one message, once, signed as Standard Webhooks has it. It goes through the way out that
 * programs have: no private address, no redirect that is followed, and only the beginning of an
 * answer is read. Where the operator lets webhooks reach inside, nothing that is said there is
 * handed out. Only a 2xx is a delivery. Never throws for what a receiver does.
 */
export async function sendWebhook(
  egress: Egress,
  { id, url, secrets, body, tenant, timeoutMs = TIMEOUT_MS }: WebhookMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  const at = new Date();
  const started = performance.now();
  const outcome = (rest: Pick<Outcome, "delivered" | "status" | "error" | "response">) => ({
    ...rest,
    final: false,
    durationMs: Math.round(performance.now() - started),
  });
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
  const request = { url, method: "POST", headers, body: new TextEncoder().encode(body) };
  const permit = ({ url }: { url: URL }) => {
    if (url.protocol === "https:" || egress.isPrivate(url)) return { secrets };
    throw new ToolRefusal("secret_denied", "A webhook is told by https.");
  };
  try {
    const rules = { permit, timeoutMs, maxBytes: MAX_BYTES, tenant };
    const answer = await egress.send(request, { ...rules, redirect: "manual" }, signal);
    const beginning = await beginningOf(answer);
    const response = egress.isPrivate(readTarget(url)) ? undefined : beginning;
    const delivered = answer.status >= 200 && answer.status < 300;
    return outcome({ delivered, status: answer.status, error: undefined, response });
  } catch (cause) {
    const error = cause instanceof ToolRefusal ? cause.code : "internal";
    return outcome({ delivered: false, status: undefined, error, response: undefined });
  }
}

/** What an answer begins with. One that breaks off has been given all the same. */
async function beginningOf({ body }: EgressResponse): Promise<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  try {
    for (let size = 0; size < MAX_READ_BYTES;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      text += decoder.decode(value.subarray(0, MAX_READ_BYTES), { stream: true });
    }
  } catch {
    // Its status is what counts.
  } finally {
    await reader.cancel().catch(() => {});
  }
  return clean(mask(text)).text.slice(0, MAX_KEPT_CHARS).toWellFormed();
}
