import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { clean } from "../../_shared/untrusted/clean.ts";
import { type Flag, suspect } from "../../_shared/untrusted/suspect.ts";
import type { SecretKeeper } from "../../_shared/vault/keeper.ts";
import { defineTool, type Tool } from "../calls/tool.ts";
import { openOwnKey } from "../services/own_key.ts";
import { actionOf } from "./actions.ts";
import type { Github } from "./client.ts";
import { GithubArgs } from "./schema.ts";

/** What the tool is made of. */
export interface GithubToolDeps {
  github: Github;
  /** Opens users' own tokens; without it they have none. */
  secrets: SecretKeeper | undefined;
}

/** `github`: reads one thing of one repository. Texts of people are cleaned; files are as they are. */
export function createGithubTool({ github, secrets }: GithubToolDeps): Tool {
  return defineTool({
    name: "github",
    grant: "github",
    args: GithubArgs,
    plan: ({ action, repository, path, number }) => ({
      target: repository.toLowerCase(),
      summary: { action, path, number },
      check({ repositories }) {
        actionOf(action);
        if (repositories.some((pattern) => matchesRepository(pattern, repository))) return;
        throw new ToolRefusal("repository_denied", `The repository ${repository} is not granted.`);
      },
      amounts: ({ max_calls }) => [
        { scope: "run", what: "github_calls", amount: 1, most: max_calls },
      ],
    }),
    async perform(args, { granted: { secret: name }, run, signal }) {
      const ownToken = name === undefined
        ? undefined
        : await openOwnKey(secrets, { run, name, url: github.url, signal });
      const action = actionOf(args.action);
      const { data, bytesIn, bytesOut } = await github.read({ action, args, ownToken, signal });
      const value = { ...mark(data, args.action === "get_file"), untrusted: true };
      return { value, bytesIn, bytesOut };
    },
  });
}

/** A name, all of an owner, or all of all, in any case: GitHub makes no difference. */
export function matchesRepository(pattern: string, repository: string): boolean {
  const wanted = pattern.toLowerCase().split("/");
  const given = repository.toLowerCase().split("/");
  return wanted.every((part, at) => part === "*" || part === given[at]);
}

/** What was read, without what is hidden in it unless it is a file's, and what looks odd in it. */
function mark(data: unknown, isFile: boolean): { data: unknown; flags: Flag[] } {
  let hidden = false;
  const texts: string[] = [];
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") {
      const cleaned = clean(value);
      hidden ||= cleaned.hidden;
      texts.push(cleaned.text);
      return isFile ? value : cleaned.text;
    }
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
  };
  const marked = walk(data);
  return { data: marked, flags: suspect(texts.join("\n"), hidden) };
}
