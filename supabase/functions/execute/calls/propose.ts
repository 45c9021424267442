import { HostPattern, Method, Policy } from "../../_shared/policy/schema.ts";
import type { Denied, Proposal, Used } from "./schema.ts";

/** More different paths of one host than these are granted by their first segment. */
const MAX_PATHS = 10;
const MAX_DENIED = 100;
const MIN_BYTES = 64 * 1024;
/** What a rule can say of a path without meaning more than it. */
const PLAIN_PATH = /^(?:\/[\w.~!$&'()+,;=:@%-]+)*\/?$/;

type Grants = { [Name in keyof Policy]?: unknown };

/**
 * The smallest policy that covers the calls that began, as the form of policies can say it: hosts,
 * methods and paths one by one, counts as they were, bytes up to the next power of two. What the
 * ledger does not tell (approvals, secrets, limits) is taken over from the policy of the run.
 */
export function proposePolicy(calls: readonly Used[], current: Policy): Proposal {
  const begun = calls.filter(({ begun_at }) => begun_at !== null);
  const of = (name: string) => begun.filter(({ tool }) => tool.split(".")[0] === name);
  const grants: Grants = {
    fetch: fetchOf(of("fetch"), current.fetch),
    files: filesOf(of("files"), of("shell"), current.files),
    shell: shellOf(of("shell"), current.shell),
    llm: llmOf(of("llm"), current.llm),
    search: searchOf(of("search"), current.search),
    github: githubOf(of("github"), current.github),
    email: emailOf(of("email"), current.email),
    limits: current.limits,
    approval_seconds: current.approval_seconds,
  };
  const policy = Policy.parse(
    Object.fromEntries(Object.entries(grants).filter(([, grant]) => grant !== undefined)),
  );
  return { policy, denied: deniedOf(calls) };
}

function deniedOf(calls: readonly Used[]): Denied[] {
  const told = new Map<string, Denied>();
  for (const { tool, target, reason, begun_at, verdict } of calls) {
    if (begun_at !== null) continue;
    const denied = { tool, target, reason: reason ?? verdict };
    told.set(JSON.stringify(denied), denied);
  }
  return [...told.values()].slice(0, MAX_DENIED);
}

interface Request {
  method: string;
  host: string;
  port: number;
  path: string;
}

function fetchOf(calls: readonly Used[], current: Policy["fetch"]) {
  const requests = calls.flatMap(({ target }) => readRequest(target));
  const hosts = Map.groupBy(requests, ({ host, port }) => `${host}:${port}`);
  if (hosts.size === 0) return undefined;
  const rules = [...hosts.values()].slice(0, 50).map((list) => {
    const [{ host, port } = { host: "", port: 0 }] = list;
    const rule = current?.rules.find((rule) => rule.host === host && rule.port === port);
    return {
      host,
      port,
      methods: unique(list.map(({ method }) => method)),
      paths: pathsOf(list),
      ...(rule?.secret && { secret: rule.secret }),
    };
  });
  const bytes = calls.reduce((sum, { bytes_in, bytes_out }) => sum + bytes_in + bytes_out, 0);
  return { rules, max_calls: calls.length, max_bytes: roundUp(bytes), ...approvalOf(current) };
}

function readRequest(target: string): Request[] {
  const [method = "", address = ""] = target.split(" ");
  if (!Method.safeParse(method).success || !URL.canParse(address)) return [];
  const { hostname: host, port, protocol, pathname: path } = new URL(address);
  if (!HostPattern.safeParse(host).success) return [];
  const usual = protocol === "http:" ? 80 : 443;
  return [{ method, host, port: port === "" ? usual : Number(port), path }];
}

function pathsOf(list: readonly Request[]): string[] {
  const paths = unique(list.map(({ path }) => path));
  if (paths.some((path) => !PLAIN_PATH.test(path) || path.length > 500)) return ["/**"];
  if (paths.length <= MAX_PATHS) return paths;
  const parents = unique(paths.map((path) => `/${path.split("/")[1]}/**`));
  return parents.length > MAX_PATHS || parents.includes("//**") ? ["/**"] : parents;
}

const READING = /^files\.(?:read|list|stat)$/;

function filesOf(calls: readonly Used[], shell: readonly Used[], current: Policy["files"]) {
  const reads = calls.length > 0 || shell.some(({ bytes_in }) => bytes_in > 0);
  const writes = calls.some(({ tool }) => !READING.test(tool)) ||
    shell.some(({ bytes_out }) => bytes_out > 0);
  if (!reads && !writes) return undefined;
  return { ...current, access: writes ? "write" : "read" };
}

function shellOf(calls: readonly Used[], current: Policy["shell"]) {
  const commands = unique(calls.flatMap(({ target }) => target.split(" ")).filter(Boolean));
  return commands.length === 0 ? undefined : { ...current, commands };
}

function llmOf(calls: readonly Used[], current: Policy["llm"]) {
  if (calls.length === 0) return undefined;
  const tokens = spent(calls, "llm_tokens");
  const money = spent(calls, "llm_microusd");
  return {
    ...current,
    models: unique(calls.map(({ target }) => target)).slice(0, 50),
    ...(tokens > 0 && { max_tokens: tokens }),
    ...(money > 0 && { max_microusd_per_day: money }),
  };
}

function searchOf(calls: readonly Used[], current: Policy["search"]) {
  return calls.length === 0 ? undefined : { ...current, max_calls: calls.length };
}

function githubOf(calls: readonly Used[], current: Policy["github"]) {
  if (calls.length === 0) return undefined;
  const repositories = unique(calls.map(({ target }) => target)).slice(0, 100);
  return { ...current, repositories, max_calls: calls.length };
}

function emailOf(calls: readonly Used[], current: Policy["email"]) {
  if (calls.length === 0) return undefined;
  const domains = unique(calls.flatMap(({ target }) => target.split(","))).slice(0, 50);
  return { ...current, domains, max_messages_per_day: calls.length };
}

/** The calls' part of a budget, which a reservation counts once for each scope. */
function spent(calls: readonly Used[], what: string): number {
  const amounts = calls.map(({ reserved }) =>
    Math.max(0, ...reserved.filter((part) => part.what === what).map(({ amount }) => amount))
  );
  return amounts.reduce((sum, amount) => sum + amount, 0);
}

function approvalOf(current: { approval: "none" | "required" } | undefined) {
  return current && { approval: current.approval };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function roundUp(bytes: number): number {
  return Math.min(2 ** 31 - 1, 2 ** Math.ceil(Math.log2(Math.max(bytes, MIN_BYTES))));
}
