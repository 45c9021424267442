/** Where alerts are sent, and the secret that they are signed with. */
export interface AlertWebhook {
  /** https, or http to this very machine. */
  url: string;
  /** `whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks has it. */
  secret: string;
}

/** A message as it goes out, the same bytes at each try. */
export interface WebhookMessage {
  /** The same at each try, so that a receiver can tell a repetition. */
  id: string;
  body: string;
}

/** Sends one message, once: the answer's status, or undefined when there was none in time. */
export type Post = (message: WebhookMessage) => Promise<number | undefined>;

const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/**
 * A sender of signed messages (Standard Webhooks 1.0: HMAC-SHA256 over id, time and body). It
 * follows no redirect, since that could lead anywhere, and reads nothing of an answer but its
 * status. Throws on a malformed secret, without naming it.
 */
export function createPost({ url, secret }: AlertWebhook, timeoutMs: number): Post {
  const key = importSecret(secret);
  return async ({ id, body }) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    try {
      const response = await fetch(url, {
        method: "POST",
        redirect: "manual",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": await sign(await key, `${id}.${timestamp}.${body}`),
        },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      // What a fetch throws may name the address, and the address may hold a secret.
      return undefined;
    }
  };
}

function importSecret(secret: string): Promise<CryptoKey> {
  const [, text = ""] = SECRET.exec(secret) ?? [];
  const bytes = decode(text);
  if (bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) {
    throw new Error("The webhook secret is not whsec_ and the base64 of 24 to 64 bytes.");
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
}

function decode(base64: string) {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

async function sign(key: CryptoKey, text: string): Promise<string> {
  const mark = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(mark)))}`;
}
