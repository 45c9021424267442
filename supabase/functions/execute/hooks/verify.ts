import { Webhook } from "standardwebhooks";
import { sha256 } from "../../_shared/prepared.ts";

/** What came in: the body as it was signed, and its headers. */
export interface Signed {
  text: string;
  header(name: string): string | undefined;
}

/** A delivery that was signed by somebody who knows the secret. */
export interface Verified {
  /** What tells this delivery from others of the same hook. */
  marks: readonly string[];
  /** Whether it only asks if somebody is there. */
  ping: boolean;
}

/** How deliveries of one kind are signed. Undefined for what is not signed by one of the secrets. */
export type Verify = (signed: Signed, secrets: readonly string[]) => Promise<Verified | undefined>;

const MAX_ID_CHARS = 200;

/**
 * Standard Webhooks 1.0: the id, the time and the body are signed, and the time is at most five
 * minutes off. The id tells a delivery from others, however often it is sent.
 */
export const verifyStandard: Verify = ({ text, header }, secrets) => {
  const id = header("webhook-id") ?? "";
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": header("webhook-timestamp") ?? "",
    "webhook-signature": header("webhook-signature") ?? "",
  };
  const isSigned = secrets.some((secret) => isOurs(secret, text, headers));
  const verified = isSigned && id.length <= MAX_ID_CHARS && !id.includes("\0");
  return Promise.resolve(verified ? { marks: [`id ${id}`], ping: false } : undefined);
};

function isOurs(secret: string, text: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(text, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

/**
 * GitHub: the body alone is signed, and neither its id nor any time. So a body is a delivery: who
 * has seen one cannot have it run again under another id.
 */
export const verifyGitHub: Verify = async ({ text, header }, secrets) => {
  const [, hex = ""] = /^sha256=([0-9a-f]{64})$/.exec(header("x-hub-signature-256") ?? "") ?? [];
  if (hex === "") return undefined;
  const mark = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  const found = await Promise.all(secrets.map((secret) => isHmac(secret, text, mark)));
  if (!found.includes(true)) return undefined;
  const id = header("x-github-delivery") ?? "";
  const named = /^[\x21-\x7e]{1,200}$/.test(id) ? [`id ${id}`] : [];
  const ping = header("x-github-event") === "ping";
  return { marks: [...named, `body ${await sha256(text)}`], ping };
};

async function isHmac(secret: string, text: string, mark: Uint8Array): Promise<boolean> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = encoder.encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
  return await crypto.subtle.verify("HMAC", key, new Uint8Array(mark), encoder.encode(text));
}
