import { matchesHost, matchesPath } from "./match.ts";
import { ToolRefusal } from "./refusal.ts";
import type { FetchRule, Policy } from "./schema.ts";

/** What of a policy, or of the ceiling, is about `fetch`. */
export type FetchGrant = NonNullable<Policy["fetch"]>;

/** One request, or one redirect of it. */
export interface Wanted {
  url: URL;
  method: string;
  /** Whether the operator declared the origin private: no wildcard covers it then. */
  isPrivate: boolean;
}

/**
 * The first rule that covers the request. Throws `ToolRefusal` for what came closest to it:
 * `host_denied`, `port_denied`, `method_denied`, `path_denied`.
 */
export function findRule({ rules }: FetchGrant, wanted: Wanted): FetchRule {
  const { url, method } = wanted;
  const ofHost = rules.filter(({ host }) => coversHost(host, wanted));
  if (ofHost.length === 0) throw denied("host_denied", `${url.hostname} is not granted.`);
  const ofPort = ofHost.filter(({ port }) => coversPort(port, wanted));
  if (ofPort.length === 0) {
    throw denied("port_denied", `${url.protocol}// on port ${portOf(url)} is not granted.`);
  }
  const ofMethod = ofPort.filter(({ methods }) => methods.some((one) => one === method));
  if (ofMethod.length === 0) throw denied("method_denied", `${method} is not granted there.`);
  const [found] = ofMethod.filter(({ paths }) =>
    paths.some((pattern) => matchesPath(pattern, url.pathname))
  );
  if (found === undefined) throw denied("path_denied", "The path is not granted there.");
  return found;
}

/** Whether a pattern covers the host; a private origin's only by its whole name. */
export function coversHost(pattern: string, { url, isPrivate }: Omit<Wanted, "method">): boolean {
  return !(isPrivate && pattern.startsWith("*")) && matchesHost(pattern, url.hostname);
}

/** Port 80 is plain HTTP and every other TLS, but at private origins. */
function coversPort(port: number, { url, isPrivate }: Wanted): boolean {
  return portOf(url) === port && (isPrivate || (url.protocol === "http:") === (port === 80));
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "https:" ? 443 : 80);
}

function denied(
  code: "host_denied" | "port_denied" | "method_denied" | "path_denied",
  message: string,
): ToolRefusal {
  return new ToolRefusal(code, message);
}
