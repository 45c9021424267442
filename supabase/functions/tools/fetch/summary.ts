import { fromBase64 } from "../../_shared/base64.ts";
import type { FetchArgs } from "./schema.ts";

/** What a person sees of a request who is asked to approve it; the body's digest is SHA-256. */
export async function summaryOf(
  { method, headers, body, body_base64 }: FetchArgs,
  { href }: URL,
): Promise<unknown> {
  const request = { method, url: href, headers: Object.keys(headers) };
  if (body === undefined && body_base64 === undefined) return request;
  const bytes = body_base64 === undefined
    ? new TextEncoder().encode(body)
    : fromBase64(body_base64).slice();
  const body_sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  return { ...request, body_bytes: bytes.length, body_sha256, body, body_base64 };
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
