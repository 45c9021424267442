import { Fault } from "../fault.ts";

/** What a request brings to say who it comes from. */
export type Credential = { kind: "key" | "token"; text: string };

/** No credential of ours or of Supabase is longer. */
export const MAX_CREDENTIAL_CHARS = 8_192;

/**
 * The one credential of an `Authorization` header. What is present but wrong is refused, never
 * treated as absent; two of them are none.
 */
export function readCredential(header: string | undefined): Credential {
  if (header === undefined || header === "") {
    throw new Fault("unauthenticated", "Send `Authorization: Bearer <access token or API key>`.");
  }
  const isShort = header.length <= MAX_CREDENTIAL_CHARS + "Bearer ".length;
  const text = isShort ? /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1] : undefined;
  if (text === undefined) {
    throw new Fault("token_invalid", "The Authorization header is not `Bearer <one credential>`.");
  }
  if (text.startsWith("sb_")) {
    throw new Fault("token_invalid", "A Supabase API key belongs into the `apikey` header.");
  }
  return { kind: text.startsWith("ck_") ? "key" : "token", text };
}
