import { getLineInfo } from "acorn";
import type * as z from "zod";
import { Method, Policy } from "../../_shared/policy/schema.ts";
import { parseModule } from "../../_shared/sandbox/source/parse.ts";
import { fieldIn, findUses, textIn, textsIn, type Use } from "./uses.ts";

/** What a program reaches for. */
export interface Needs {
  /** The least that covers what can be seen; nothing is granted for what cannot. */
  policy: Policy;
  /** What only the author can name, with its line. */
  unclear: string[];
}

type Wish = z.input<typeof Policy>;
type Rules = NonNullable<Wish["fetch"]>["rules"];

const MAX_UNCLEAR = 50;
const WRITING = ["files.write", "files.append", "files.delete"];

/** The policy that a compiled program would need, read off its calls. It is granted by nobody yet. */
export function needsOf(program: string): Needs {
  const uses = findUses(parseModule(program));
  const unclear = new Set<string>();
  const miss = (use: Use, what: string) => {
    const { line } = getLineInfo(program, use.at);
    unclear.add(`line ${line}: agent.${use.tool} with ${what} that is computed`);
  };
  const of = (tool: string) => uses.filter((use) => (use.tool.split(".")[0] ?? "") === tool);
  const wish: Wish = {
    ...filesOf(of("files")),
    ...listed(of("fetch"), (found) => ({ fetch: { rules: rulesOf(found, miss) } }), hasRules),
    ...listed(of("shell"), (found) => ({ shell: { commands: commandsOf(found, miss) } }), hasList),
    ...listed(of("llm"), (found) => ({ llm: { models: fieldsOf(found, "model", miss) } }), hasList),
    ...listed(of("github"), (found) => ({
      github: { repositories: fieldsOf(found, "repository", miss) },
    }), hasList),
    ...listed(of("email"), (found) => ({ email: { domains: domainsOf(found, miss) } }), hasList),
    ...(of("search").length > 0 && { search: {} }),
  };
  return { policy: parsed(wish, unclear), unclear: [...unclear].slice(0, MAX_UNCLEAR) };
}

type Miss = (use: Use, what: string) => void;

/** Nothing where there are no uses, or none that names anything. */
function listed<Part extends Wish>(
  uses: readonly Use[],
  make: (uses: readonly Use[]) => Part,
  isSome: (part: Part) => boolean,
): Wish {
  if (uses.length === 0) return {};
  const part = make(uses);
  return isSome(part) ? part : {};
}

function hasRules({ fetch }: Wish): boolean {
  return (fetch?.rules.length ?? 0) > 0;
}

function hasList(wish: Wish): boolean {
  return Object.values(wish).some((part) => Object.values(part ?? {}).flat().length > 0);
}

function filesOf(uses: readonly Use[]): Wish {
  if (uses.length === 0) return {};
  return {
    files: { access: uses.some(({ tool }) => WRITING.includes(tool)) ? "write" : "read" },
  };
}

/** One rule for each host and method; a path that is computed in part opens what is below. */
function rulesOf(uses: readonly Use[], miss: Miss): Rules {
  const rules = new Map<string, Rules[number]>();
  for (const use of uses) {
    const [target, options = target] = use.args;
    const url = textIn(target) ?? textIn(fieldIn(target, "url"));
    // Of a text that goes on, the host must have ended.
    const begins = url?.whole ? /^https:\/\/[^/]/ : /^https:\/\/[^/?#]+\//;
    const parsedUrl = begins.test(url?.text ?? "") ? URL.parse(url?.text ?? "") : null;
    const method = methodOf(fieldIn(options, "method"));
    if (!url || !parsedUrl || method === undefined) {
      miss(use, method === undefined ? "a method" : "a URL");
      continue;
    }
    const { hostname: host, port, pathname } = parsedUrl;
    const path = url.whole ? pathname : pathname.replace(/[^/]*$/, "**");
    const key = `${host} ${port} ${method}`;
    const rule = rules.get(key) ??
      { host, ...(port && { port: Number(port) }), methods: [method], paths: [] };
    rules.set(key, { ...rule, paths: [...new Set([...rule.paths ?? [], path])] });
  }
  return [...rules.values()];
}

function methodOf(node: Parameters<typeof textIn>[0]): z.infer<typeof Method> | undefined {
  const text = node === undefined ? "GET" : textIn(node)?.text.toUpperCase();
  const method = Method.safeParse(text);
  return method.success ? method.data : undefined;
}

/** The commands at the places where a line begins them. The shell's own parser has the last word. */
function commandsOf(uses: readonly Use[], miss: Miss): string[] {
  return distinct(uses, ({ args: [line] }) => {
    const found = textIn(line) ?? textIn(fieldIn(line, "command"));
    return found?.whole ? found.text.split(/[|;&\n]+/).map((part) => firstWord(part)) : [undefined];
  }, (use) => miss(use, "a command"));
}

function firstWord(part: string): string | undefined {
  return /^\s*([a-z][a-z0-9-]*)(?:\s|$)/.exec(part)?.[1];
}

function fieldsOf(uses: readonly Use[], name: string, miss: Miss): string[] {
  return distinct(
    uses,
    ({ args }) => textsIn(args.map((arg) => fieldIn(arg, name)).find((found) => found)),
    (use) => miss(use, `a ${name}`),
  );
}

function domainsOf(uses: readonly Use[], miss: Miss): string[] {
  return distinct(uses, ({ args: [message] }) => {
    const lists = ["to", "cc", "bcc"].map((name) => fieldIn(message, name));
    return lists.flatMap((list, at) => list === undefined && at > 0 ? [] : textsIn(list))
      .map((address) => address?.split("@")[1]?.toLowerCase());
  }, (use) => miss(use, "a recipient"));
}

/** What the uses name, each once; `miss` hears of each that names nothing. */
function distinct(
  uses: readonly Use[],
  names: (use: Use) => (string | undefined)[],
  miss: (use: Use) => void,
): string[] {
  const found = new Set<string>();
  for (const use of uses) {
    for (const name of names(use)) {
      if (name === undefined) miss(use);
      else found.add(name);
    }
  }
  return [...found];
}

/** A policy part by part: what cannot be granted as it stands is left out, and said so. */
function parsed(wish: Wish, unclear: Set<string>): Policy {
  const kept: Wish = {};
  for (const [grant, part] of Object.entries(wish)) {
    const one = { [grant]: part };
    if (Policy.safeParse(one).success) Object.assign(kept, one);
    else unclear.add(`agent.${grant} is called with what no policy can grant`);
  }
  return Policy.parse(kept);
}
