/** The headers of a message: a `Headers`, or a record as servers of Node have it. */
export type HeadersLike = Headers | Record<string, string | string[] | undefined>;

/** What a message that is told is made of. */
export interface WebhookMessage {
  /** The same at each try: who has seen it before has nothing to do. */
  id: string;
  /** When it was signed. */
  timestamp: Date;
  payload: unknown;
}

/** A message that is not signed with the secret, or not of now: do nothing of what it says. */
export class WebhookError extends Error {
  override readonly name: string = "WebhookError";
}

const TOLERANCE_S = 5 * 60;

/**
 * What a webhook told, once it is sure who tells it: signed as Standard Webhooks has it, no more than
 * five minutes ago. `body` is the body as it came, before anybody parsed it. Rejects with a
 * `WebhookError`.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: HeadersLike,
  secret: string,
  now: Date = new Date(),
): Promise<WebhookMessage> {
  const [id, seconds, signatures] = ["id", "timestamp", "signature"]
    .map((name) => headerOf(headers, `webhook-${name}`));
  if (!id || !seconds || !signatures) throw new WebhookError("The message is not signed");
  if (!/^\d{1,12}$/.test(seconds)) throw new WebhookError("The message has no time");
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > TOLERANCE_S) {
    throw new WebhookError("The message is too old, or of the future");
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
  const signed = await new Blob([`${id}.${seconds}.`, bytes]).arrayBuffer();
  if (!await isSigned(signed, signatures, await keyOf(secret))) {
    throw new WebhookError("The message is not signed with this secret");
  }
  return { id, timestamp: new Date(Number(seconds) * 1000), payload: parse(bytes) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new WebhookError("The message is signed, and no JSON", { cause });
  }
}

/** Whether one of the signatures is right. WebCrypto compares in the same time for all of them. */
async function isSigned(signed: ArrayBuffer, signatures: string, key: CryptoKey): Promise<boolean> {
  for (const entry of signatures.split(" ")) {
    const [, text] = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(entry) ?? [];
    if (text === undefined) continue;
    if (await crypto.subtle.verify("HMAC", key, fromBase64(text), signed)) return true;
  }
  return false;
}

function keyOf(secret: string): Promise<CryptoKey> {
  const [, text] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (text === undefined) throw new TypeError("The secret is none of a webhook");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", fromBase64(text), hmac, false, ["verify"]);
}

function fromBase64(text: string) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

function headerOf(headers: HeadersLike, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === "string" ? value : value?.[0];
}
