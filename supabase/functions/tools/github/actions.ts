import type * as z from "zod";
import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { readFileReply } from "./file.ts";
import * as schema from "./schema.ts";
import type { GithubArgs } from "./schema.ts";

/** One thing that can be read: where it is, and what to make of the answer. */
export interface Action {
  /** Below `/repos/<owner>/<name>`, or from the root where it begins with two slashes. */
  path(args: GithubArgs): string;
  query?(args: GithubArgs): Record<string, string>;
  /** Throws a `ZodError` for what is no such answer, `ToolRefusal` for one of no use. */
  read(reply: unknown, args: GithubArgs): unknown;
}

/** Everything that can be asked of GitHub. All of it is read with GET. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  get_repository: one("", schema.Repository),
  get_file: {
    path: ({ path }) => `/contents/${segments(path)}`,
    query: refOf,
    read: (reply) => readFileReply(reply),
  },
  list_files: {
    path: ({ path }) => path === undefined || path === "" ? "/contents" : contentsOf(path),
    query: refOf,
    read(reply) {
      if (!Array.isArray(reply)) throw new ToolRefusal("not_found", "There is no such folder.");
      return schema.Entry.array().parse(reply);
    },
  },
  get_issue: numbered("issues", schema.Issue),
  list_issues: list("issues", schema.Issue),
  list_comments: {
    path: ({ number }) => `/issues/${numberOf(number)}/comments`,
    query: pageOf,
    read: (reply) => schema.Comment.array().parse(reply),
  },
  get_pull: numbered("pulls", schema.Pull),
  list_pulls: list("pulls", schema.Pull),
  list_commits: {
    path: () => "/commits",
    query: (args) => ({
      ...pageOf(args),
      ...(args.ref !== undefined && { sha: args.ref }),
      ...(args.path !== undefined && { path: args.path }),
    }),
    read: (reply) => schema.Commit.array().parse(reply),
  },
  list_releases: list("releases", schema.Release),
  search_code: {
    path: () => "//search/code",
    query: (args) => ({ ...pageOf(args), q: `${wordsOf(args.query)} repo:${args.repository}` }),
    read(reply, { repository }) {
      const { items } = schema.CodeHits.parse(reply);
      // Whatever the words made of the search: what is elsewhere is not shown.
      return items.filter(({ repository: { full_name } }) => isSame(full_name, repository))
        .map(({ path, sha }) => ({ path, sha }));
    },
  },
};

/** Whether two names are of one repository: GitHub knows no case. */
export function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** The action of a name. Throws `method_denied` for what does not read. */
export function actionOf(name: string): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action !== undefined) return action;
  const known = Object.keys(ACTIONS).join(", ");
  throw new ToolRefusal("method_denied", `github only reads: ${known}.`);
}

function one(path: string, reply: z.ZodType): Action {
  return { path: () => path, read: (json) => reply.parse(json) };
}

function numbered(what: string, reply: z.ZodType): Action {
  return {
    path: ({ number }) => `/${what}/${numberOf(number)}`,
    read: (json) => reply.parse(json),
  };
}

function list(what: string, reply: z.ZodType): Action {
  return {
    path: () => `/${what}`,
    query: (args) => ({ ...pageOf(args), state: args.state }),
    read: (json) => reply.array().parse(json),
  };
}

function pageOf({ page, per_page }: GithubArgs): Record<string, string> {
  return { page: String(page), per_page: String(per_page) };
}

function refOf({ ref }: GithubArgs): Record<string, string> {
  return ref === undefined ? {} : { ref };
}

function numberOf(number: number | undefined): number {
  if (number !== undefined) return number;
  throw new ToolRefusal("invalid_arguments", "number: is needed here");
}

function contentsOf(path: string): string {
  return `/contents/${segments(path)}`;
}

/** A path whose parts are what they say: none of them leads up, or out of its place. */
function segments(path: string | undefined): string {
  if (path === undefined) throw new ToolRefusal("invalid_arguments", "path: is needed here");
  const parts = path.split("/");
  if (
    parts.some((part) => part === "" || part === "." || part === ".." || /[\\%\p{Cc}]/u.test(part))
  ) {
    throw new ToolRefusal("path_invalid", "path: must be names with slashes between them");
  }
  return parts.map(encodeURIComponent).join("/");
}

/** Words to look for, of which none says where. */
function wordsOf(query: string | undefined): string {
  if (query === undefined) throw new ToolRefusal("invalid_arguments", "query: is needed here");
  if (/(?:repo|repository|org|user|owner|enterprise)\s*:/i.test(query)) {
    throw new ToolRefusal("repository_denied", "query: may not say where to look");
  }
  return query;
}
