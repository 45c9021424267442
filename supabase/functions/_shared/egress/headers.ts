import { ToolRefusal } from "../policy/refusal.ts";

/** What the connection owns, or what would make the server answer another request. */
const OWNED = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
]);
const OWNED_PREFIX = /^(?:proxy-|sec-|:)/;
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** As fetch has it: visible ASCII and blanks within. */
const VALUE = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/;
const MOST_BYTES = 16 * 1024;

/** Of an answer: what was for this connection, is not true any more, or is a browser's business. */
const DROPPED = new Set([
  ...OWNED,
  "alt-svc",
  "content-encoding",
  "set-cookie",
  "set-cookie2",
  "strict-transport-security",
]);

/**
 * The headers in their one form: names in lower case, once. Throws `ToolRefusal`
 * (`header_denied`), which never names a value, for what the connection owns and for what could end
 * a header early.
 */
export function readHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const read: Record<string, string> = Object.create(null);
  let bytes = 0;
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!NAME.test(name)) throw denied("A header's name is not one.");
    if (OWNED.has(name) || OWNED_PREFIX.test(name)) throw denied(`${name} is not for callers.`);
    if (!VALUE.test(value)) throw denied(`The value of ${name} is not visible ASCII.`);
    if (name in read) throw denied(`${name} stands there twice.`);
    read[name] = value;
    bytes += name.length + value.length + 4;
  }
  if (bytes > MOST_BYTES) throw denied("The headers are too large.");
  return read;
}

/** What of an answer's headers is handed on. */
export function keptHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  clean: (text: string) => string,
): Record<string, string> {
  const kept: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || DROPPED.has(name) || OWNED_PREFIX.test(name)) continue;
    kept[clean(name)] = clean(Array.isArray(value) ? value.join(", ") : value);
  }
  return kept;
}

function denied(message: string): ToolRefusal {
  return new ToolRefusal("header_denied", message);
}
