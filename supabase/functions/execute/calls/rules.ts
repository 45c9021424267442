import { matchesPath } from "../../_shared/policy/match.ts";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { findRule } from "../../_shared/policy/rule.ts";
import { type FetchRule, HostPattern, Method, type Policy } from "../../_shared/policy/schema.ts";

/** More different paths of one host than these are granted by their first segment. */
const MAX_PATHS = 10;
const MAX_RULES = 50;
/** What a rule can say of a path without meaning more than it. */
const PLAIN_PATH = /^(?:\/[\w.~!$&'()+,;=:@%-]+)*\/?$/;

type FetchGrant = Policy["fetch"];

/** A request, or a redirect of one, by what the ledger says of it. */
interface Request {
  target: string;
  method: FetchRule["methods"][number];
  url: URL;
  host: string;
  port: number;
  /** Which rule of the policy covers it; none for -1. */
  covering: number;
}

/** Rules for requests, and the targets of those that no rule could be made for. */
export interface ProposedRules {
  rules: FetchRule[];
  left: string[];
}

/**
 * Rules that cover the requests, each with the secret that its own rule in the policy puts in: of
 * one host those of the policy keep their order and grant no more than they did, and requests that
 * no rule covers come after them.
 */
export function proposeRules(targets: readonly string[], current: FetchGrant): ProposedRules {
  const requests = targets.flatMap((target) => readRequest(target, current));
  const hosts = Map.groupBy(requests, ({ host, port }) => `${host}:${port}`);
  const groups = [...hosts.values()].flatMap((ofHost) => {
    const byRule = Map.groupBy(ofHost, ({ covering }) => covering);
    return [...byRule].sort(([a], [b]) => orderOf(a) - orderOf(b)).map(([, group]) => group);
  });
  const granted = groups.slice(0, MAX_RULES);
  const told = new Set(granted.flat().map(({ target }) => target));
  return {
    rules: granted.flatMap((group) => ruleFor(group, current)),
    left: targets.filter((target) => !told.has(target)),
  };
}

/** Whether a target was too long for the ledger: nobody knows how it goes on. */
export function isCut(target: string): boolean {
  return target.endsWith("…");
}

function orderOf(covering: number): number {
  return covering === -1 ? Infinity : covering;
}

function ruleFor(group: readonly Request[], current: FetchGrant): FetchRule[] {
  const [first] = group;
  if (first === undefined) return [];
  const { host, port, covering } = first;
  const rule = current?.rules[covering];
  const paths = pathsOf(group, rule);
  const methods = [...new Set(group.map(({ method }) => method))].sort();
  return [{ host, port, methods, paths, ...(rule?.secret && { secret: rule.secret }) }];
}

/** One by one where they are few; else as their rule has them, or by where they begin. */
function pathsOf(group: readonly Request[], rule: FetchRule | undefined): string[] {
  const paths = unique(group.map(({ url }) => url.pathname));
  const plain = paths.every(isPlain);
  if (plain && paths.length <= MAX_PATHS) return paths;
  if (rule) return rule.paths;
  const parents = unique(paths.map(parentOf));
  return plain && parents.length <= MAX_PATHS ? parents : ["/**"];
}

/** Whether a path as a pattern stands for itself: one that servers read differently does not. */
function isPlain(path: string): boolean {
  return PLAIN_PATH.test(path) && path.length <= 500 && matchesPath(path, path);
}

function parentOf(path: string): string {
  const [, folder, ...rest] = path.split("/");
  return rest.length === 0 ? path : `/${folder}/**`;
}

function readRequest(target: string, current: FetchGrant): Request[] {
  const [word = "", address = ""] = target.split(" ");
  const { data: method } = Method.safeParse(word);
  const url = URL.parse(address);
  if (method === undefined || url === null || isCut(target)) return [];
  const { hostname: host, protocol } = url;
  if (!HostPattern.safeParse(host).success) return [];
  const port = Number(url.port) || (protocol === "http:" ? 80 : 443);
  return [{
    target,
    method,
    url,
    host,
    port,
    covering: coveringOf({ method, url, port }, current),
  }];
}

/** What went without TLS, and not to port 80, went to an origin that the operator declared. */
function coveringOf(
  { method, url, port }: Pick<Request, "method" | "url" | "port">,
  current: FetchGrant,
): number {
  const isPrivate = (url.protocol === "http:") !== (port === 80);
  try {
    return current ? current.rules.indexOf(findRule(current, { url, method, isPrivate })) : -1;
  } catch (thrown) {
    if (thrown instanceof ToolRefusal) return -1;
    throw thrown;
  }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
