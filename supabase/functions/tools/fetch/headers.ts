import { ToolRefusal } from "../../_shared/policy/refusal.ts";

const ALLOWED = new Set([
  "accept",
  "accept-language",
  "api-key",
  "apikey",
  "authorization",
  "cache-control",
  "content-language",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "prefer",
  "range",
  "user-agent",
]);
/** `x-api-key`, `notion-version`. */
const ALLOWED_FORM = /^(?:x-[a-z0-9-]+|[a-z0-9]+(?:-[a-z0-9]+)*-version)$/;
/** What begins so makes another method or URL of a request, says who asks, or opens metadata. */
const DENIED = new RegExp(`^x-(?:${
  [
    "accel|appengine|aws-ec2-metadata|azure-|client-?ip|cluster-client-ip|envoy|forward",
    "google-metadata|host|http-(?:dest|host|method|path|url)|method|middleware|original",
    "originating|override|proxyuser|real-ip|remote|rewrite|sendfile|true-client-ip|url",
  ].join("|")
})`);

/** Throws `ToolRefusal` (`header_denied`) for a header that programs do not set. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const given of Object.keys(headers)) {
    const name = given.toLowerCase();
    if (ALLOWED.has(name) || (ALLOWED_FORM.test(name) && !DENIED.test(name))) continue;
    throw new ToolRefusal("header_denied", "A header is not one that programs set.");
  }
}
