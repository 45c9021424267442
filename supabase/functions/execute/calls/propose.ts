import type * as z from "zod";
import { Policy } from "../../_shared/policy/schema.ts";
import { isCut, proposeRules } from "./rules.ts";
import type { Denied, Proposal, Used } from "./schema.ts";

const MAX_DENIED = 100;
/** What `fetch` sets aside for an answer, and how many calls of a run are open at the most. */
const ANSWER_BYTES = 256 * 1024;
const MAX_OPEN = 8;
/** No number of a policy is larger. */
const MOST = 2 ** 31 - 1;

type Grants = { [Name in keyof Policy]?: unknown };

/** A grant, and the targets that found no room in it. */
interface Part {
  grant: unknown;
  left: readonly string[];
}

/** What a list in a policy may hold. */
interface List {
  says(text: string): boolean;
  most: number;
}

const { shell: Shell, llm: Llm, github: Github, email: Email } = Policy.shape;
const COMMANDS = listOf(Shell.unwrap().shape.commands.element, 100);
const MODELS = listOf(Llm.unwrap().shape.models.element, 50);
const REPOSITORIES = listOf(Github.unwrap().shape.repositories.element, 100);
const DOMAINS = listOf(Email.unwrap().shape.domains.element, 50);

function listOf(form: z.ZodType, most: number): List {
  return { most, says: (text) => form.safeParse(text).success };
}

/** What a call came to: it itself, or a redirect or a file on its way. */
interface Step {
  tool: string;
  target: string;
}

/**
 * The smallest policy that covers the calls that began, as the form of policies can say it: hosts,
 * methods and paths one by one, counts as they were, and bytes with room for answers that are
 * still to come. What the ledger does not tell (approvals, secrets, limits) is taken over from the
 * policy of the run; what the form cannot say is listed.
 */
export function proposePolicy(calls: readonly Used[], current: Policy): Proposal {
  const begun = calls.filter(({ begun_at }) => begun_at !== null);
  const of = (name: string) => begun.filter(({ tool }) => tool === name);
  const parts = {
    fetch: fetchOf(of("fetch"), current.fetch),
    files: { grant: filesOf(stepsOf(begun), current.files), left: [] },
    shell: shellOf(of("shell"), current),
    llm: llmOf(of("llm"), current.llm),
    search: { grant: searchOf(of("search"), current.search), left: [] },
    github: githubOf(of("github"), current.github),
    email: emailOf(of("email"), current.email),
  };
  const { limits, approval_seconds } = current;
  const grants: Grants = { limits, approval_seconds };
  const left: Denied[] = [];
  for (const [tool, part] of Object.entries(parts)) {
    Object.assign(grants, { [tool]: part.grant });
    left.push(...part.left.map((target) => ({ tool, target, reason: "not_covered" })));
  }
  const policy = Policy.parse(
    Object.fromEntries(Object.entries(grants).filter(([, grant]) => grant !== undefined)),
  );
  return { policy, denied: [...left, ...deniedOf(calls)].slice(0, MAX_DENIED) };
}

function deniedOf(calls: readonly Used[]): Denied[] {
  const told = new Map<string, Denied>();
  for (const { tool, target, reason, begun_at, verdict } of calls) {
    if (begun_at !== null) continue;
    const denied = { tool, target, reason: reason ?? verdict };
    told.set(JSON.stringify(denied), denied);
  }
  return [...told.values()];
}

function stepsOf(calls: readonly Used[]): Step[] {
  return calls.flatMap(({ tool, target, reached }) => [{ tool, target }, ...reached ?? []]);
}

function fetchOf(calls: readonly Used[], current: Policy["fetch"]): Part {
  const { rules, left } = proposeRules(unique(stepsOf(calls).map(({ target }) => target)), current);
  if (rules.length === 0) return { grant: undefined, left };
  const max_bytes = bytesFor(calls);
  const approval = current && { approval: current.approval };
  return { grant: { rules, max_calls: calls.length, max_bytes, ...approval }, left };
}

/** What was moved, with room for an answer of each call that may be open at once. */
function bytesFor(calls: readonly Used[]): number {
  const moved = calls.reduce((sum, { bytes_in, bytes_out }) => sum + bytes_in + bytes_out, 0);
  const open = Math.min(calls.length, MAX_OPEN) * ANSWER_BYTES;
  return roundUp(Math.max(moved + open, MAX_OPEN * ANSWER_BYTES));
}

const READING = /^files\.(?:read|list|stat)$/;

function filesOf(steps: readonly Step[], current: Policy["files"]) {
  const names = steps.map(({ tool }) => tool).filter((tool) => tool.startsWith("files."));
  if (names.length === 0) return undefined;
  return { ...current, access: names.every((name) => READING.test(name)) ? "read" : "write" };
}

/** Where a person is asked about files, a line that nobody was asked about would have none. */
function shellOf(calls: readonly Used[], { shell, files }: Policy): Part {
  const words = calls.flatMap(({ target }) => target.split(" "));
  const { kept: commands, left } = keep(words.filter((word) => word !== ""), COMMANDS);
  if (commands.length === 0) return { grant: undefined, left };
  const asks = files?.approval === "required" && calls.some(({ reached }) => reached?.length);
  const ms = Math.max(0, ...calls.map(({ ms }) => ms ?? 0));
  const slow = ms > (shell?.max_ms ?? 2_000) && { max_ms: roundUp(ms) };
  return { grant: { ...shell, commands, ...slow, ...(asks && { approval: "required" }) }, left };
}

function llmOf(calls: readonly Used[], current: Policy["llm"]): Part {
  const { kept: models, left } = keep(calls.map(({ target }) => target), MODELS);
  if (models.length === 0) return { grant: undefined, left };
  const max_tokens = reservedOf(calls, "llm_tokens");
  const money = reservedOf(calls, "llm_microusd");
  const grant = {
    ...current,
    models,
    ...(max_tokens > 0 && { max_tokens }),
    ...(money > 0 && { max_microusd_per_day: money }),
  };
  return { grant, left };
}

function searchOf(calls: readonly Used[], current: Policy["search"]) {
  return calls.length === 0 ? undefined : { ...current, max_calls: calls.length };
}

function githubOf(calls: readonly Used[], current: Policy["github"]): Part {
  const { kept: repositories, left } = keep(calls.map(({ target }) => target), REPOSITORIES);
  if (repositories.length === 0) return { grant: undefined, left };
  return { grant: { ...current, repositories, max_calls: calls.length }, left };
}

/** Each recipient counts, not each message. */
function emailOf(calls: readonly Used[], current: Policy["email"]): Part {
  const { kept: domains, left } = keep(calls.flatMap(({ target }) => target.split(",")), DOMAINS);
  if (domains.length === 0) return { grant: undefined, left };
  const recipients = reservedOf(calls, "email_messages");
  return { grant: { ...current, domains, max_messages_per_day: recipients }, left };
}

/** The calls' part of a budget, which a reservation counts once for each scope. */
function reservedOf(calls: readonly Used[], what: string): number {
  const amounts = calls.map(({ reserved }) =>
    Math.max(0, ...reserved.filter((part) => part.what === what).map(({ amount }) => amount))
  );
  return Math.min(MOST, amounts.reduce((sum, amount) => sum + amount, 0));
}

/** The texts that a list of a policy may hold, as many as it may, and the others. */
function keep(texts: readonly string[], { says, most }: List): { kept: string[]; left: string[] } {
  const all = unique(texts);
  const kept = all.filter((text) => !isCut(text) && says(text)).slice(0, most);
  return { kept: kept.toSorted(), left: all.filter((text) => !kept.includes(text)) };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** A power of two, as far as a policy can say it. */
function roundUp(amount: number): number {
  return Math.min(MOST, 2 ** Math.ceil(Math.log2(Math.max(amount, 1))));
}
