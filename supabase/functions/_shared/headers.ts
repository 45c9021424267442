import { MAX_CREDENTIAL_CHARS } from "./auth/credential.ts";
import { Fault } from "./fault.ts";

/** What a request was refused for that honest clients hardly do. It goes into events. */
export type Suspicion = "long_credential" | "odd_header" | "credential_in_address" | "null_byte";

/** A refusal of a request that looks like an attack. */
export class Suspicious extends Fault {
  constructor(readonly suspicion: Suspicion, ...fault: ConstructorParameters<typeof Fault>) {
    super(...fault);
  }
}

/** The headers that routes read, beside `authorization`. */
const READ = [
  ...["accept", "apikey", "content-type", "idempotency-key", "if-match", "if-none-match"],
  ...["mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id"],
  ...["last-event-id", "prefer", "user-agent", "x-request-id"],
];
const MAX_HEADER_CHARS = 4_096;
const MAX_AUTHORIZATION_CHARS = MAX_CREDENTIAL_CHARS + "Bearer ".length;
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const KEY = /c[kr]_(?:live|test)_/;
/** In an address credentials stand in logs and histories: those that were sent so are leaked. */
const IN_ADDRESS = /c[kr]_(?:live|test)_|sb_secret_|eyJ[\w-]+\.eyJ[\w-]+\./;

/**
 * Refuses what no route shall have to expect: headers that are over-long or hold control
 * characters, credentials in the address, and two credentials at once.
 */
export function refuseOddRequests(url: string, headers: Headers): void {
  const authorization = headers.get("authorization") ?? "";
  if (authorization.length > MAX_AUTHORIZATION_CHARS) {
    throw new Suspicious("long_credential", "token_invalid", "The credential is too long.");
  }
  if (CONTROL.test(authorization)) {
    throw new Suspicious("odd_header", "token_invalid", "The credential holds control characters.");
  }
  for (const name of READ) {
    const value = headers.get(name) ?? "";
    if (value.length <= MAX_HEADER_CHARS && !CONTROL.test(value)) continue;
    throw new Suspicious("odd_header", "invalid_request", `The header ${name} is not acceptable.`);
  }
  if (KEY.test(headers.get("apikey") ?? "")) {
    throw new Fault("key_invalid", "An API key belongs into `Authorization: Bearer`, alone.");
  }
  if (IN_ADDRESS.test(search(url))) {
    const detail = "A credential in an address is in every log on its way: replace it.";
    throw new Suspicious("credential_in_address", "invalid_request", detail);
  }
}

/** What comes after the path, with its percent signs read where they can be. */
function search(url: string): string {
  const at = url.indexOf("?");
  if (at === -1) return "";
  const text = url.slice(at);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
