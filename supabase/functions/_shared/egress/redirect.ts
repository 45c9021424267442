import { ToolRefusal } from "../policy/refusal.ts";
import { readTarget } from "../policy/match.ts";

/** A request on its way: what {@link nextRequest} turns round. */
export interface Going {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array | undefined;
}

/** What may go to another origin too: nothing in it says who asks. */
const HARMLESS = new Set([
  "accept",
  "accept-language",
  "content-type",
  "content-language",
  "range",
  "user-agent",
]);

/** Whether an answer sends the request elsewhere. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return location !== undefined && [301, 302, 303, 307, 308].includes(status);
}

/**
 * What a redirect makes of a request, as fetch has it, and stricter: towards another origin only
 * headers go that say nothing of the caller. Throws `ToolRefusal` (`redirect_denied`) for a step
 * from TLS to none, and for what is no URL that could be asked for.
 */
export function nextRequest(going: Going, status: number, location: string): Going {
  const url = targetOf(going.url, location);
  if (going.url.protocol === "https:" && url.protocol !== "https:") {
    throw new ToolRefusal("redirect_denied", "The redirect leaves TLS.");
  }
  const method = methodOf(going.method, status);
  const keeps = method === going.method;
  const headers = Object.entries(going.headers)
    .filter(([name]) => keeps || !name.startsWith("content-"))
    .filter(([name]) => url.origin === going.url.origin || HARMLESS.has(name));
  return {
    url,
    method,
    headers: Object.fromEntries(headers),
    body: keeps ? going.body : undefined,
  };
}

function targetOf(from: URL, location: string): URL {
  try {
    return readTarget(URL.parse(location, from)?.href ?? "");
  } catch (cause) {
    throw new ToolRefusal("redirect_denied", "The redirect leads to no usable URL.", { cause });
  }
}

function methodOf(method: string, status: number): string {
  if (status === 303) return method === "HEAD" ? "HEAD" : "GET";
  return method === "POST" && status < 303 ? "GET" : method;
}
