import * as z from "zod";
import { text } from "../../_shared/schema.ts";

/** `owner/name`. Neither part may mean a folder above. */
export const RepositoryName = z.string()
  .regex(/^[\w-]{1,100}\/(?!\.{1,2}$)[\w.-]{1,100}$/, "must be owner/name");

/** What a program asks of GitHub: the action says which of the rest it needs. */
export const GithubArgs = z.strictObject({
  action: z.string().regex(/^[a-z_]{1,40}$/),
  repository: RepositoryName,
  path: text(1_000).optional(),
  ref: text(255).regex(/^[^\s~^:?*[\\]+$/).optional(),
  number: z.int().min(1).max(1e9).optional(),
  state: z.enum(["open", "closed", "all"]).default("open"),
  query: text(200).trim().min(1).optional(),
  page: z.int().min(1).max(100).default(1),
  per_page: z.int().min(1).max(100).default(30),
});
export type GithubArgs = z.infer<typeof GithubArgs>;

const Text = z.string().nullish().transform((value) => value ?? "");
const User = z.object({ login: z.string() }).nullish().transform((user) => user?.login ?? null);
const Moment = z.string().max(40).nullish().transform((value) => value ?? null);
const Label = z.union([z.string(), z.object({ name: Text })])
  .transform((label) => typeof label === "string" ? label : label.name);

/** A repository. */
export const Repository = z.object({
  full_name: z.string(),
  private: z.boolean(),
  description: Text,
  default_branch: z.string(),
  language: z.string().nullish().transform((value) => value ?? null),
  topics: z.array(z.string()).default([]),
  stargazers_count: z.int().default(0),
  archived: z.boolean().default(false),
  pushed_at: Moment,
});

/** A file with what is in it, as GitHub answers it. */
export const FileReply = z.object({
  type: z.literal("file"),
  path: z.string(),
  sha: z.string(),
  size: z.int().min(0),
  encoding: z.string(),
  content: z.string(),
});

/** One entry of a folder. */
export const Entry = z.object({
  name: z.string(),
  path: z.string(),
  type: z.string(),
  size: z.int().min(0),
  sha: z.string(),
});

/** An issue, which may be a pull request. */
export const Issue = z.object({
  number: z.int(),
  title: Text,
  state: z.string(),
  user: User,
  labels: z.array(Label).default([]),
  comments: z.int().default(0),
  body: Text,
  created_at: Moment,
  closed_at: Moment,
  pull_request: z.unknown().optional(),
}).transform(({ pull_request, ...issue }) => ({ ...issue, is_pull: pull_request !== undefined }));

/** What somebody said under an issue. */
export const Comment = z.object({ id: z.int(), user: User, body: Text, created_at: Moment });

const Branch = z.object({ ref: z.string(), sha: z.string() });
/** A pull request. */
export const Pull = z.object({
  number: z.int(),
  title: Text,
  state: z.string(),
  draft: z.boolean().default(false),
  user: User,
  body: Text,
  head: Branch,
  base: Branch,
  created_at: Moment,
  merged_at: Moment,
});

/** A commit, without its changes. */
export const Commit = z.object({
  sha: z.string(),
  commit: z.object({
    message: Text,
    author: z.object({ name: Text, date: Moment }).nullish(),
  }),
}).transform(({ sha, commit: { message, author } }) => ({
  sha,
  message,
  author: author?.name ?? null,
  date: author?.date ?? null,
}));

/** A release. */
export const Release = z.object({
  tag_name: z.string(),
  name: Text,
  body: Text,
  draft: z.boolean().default(false),
  prerelease: z.boolean().default(false),
  published_at: Moment,
});

/** What a search in code found, wherever it was. */
export const CodeHits = z.object({
  total_count: z.int(),
  items: z.array(z.object({
    path: z.string(),
    sha: z.string(),
    repository: z.object({ full_name: z.string() }),
  })),
});
