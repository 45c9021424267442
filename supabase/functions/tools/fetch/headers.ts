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
/** Makes another method or URL of a request, says who asks, or opens a cloud's metadata. */
const DENIED =
  /^x-(?:http-method|method-override|original|rewrite|forwarded|real-ip|client-ip|host|cluster-client-ip|envoy|middleware|accel|sendfile|aws-ec2-metadata|google-metadata)/;

/** Throws `ToolRefusal` (`header_denied`) for a header that programs do not set. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const given of Object.keys(headers)) {
    const name = given.toLowerCase();
    if (ALLOWED.has(name) || (ALLOWED_FORM.test(name) && !DENIED.test(name))) continue;
    throw new ToolRefusal("header_denied", "A header is not one that programs set.");
  }
}
