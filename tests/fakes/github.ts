import { toBase64 } from "../../supabase/functions/_shared/base64.ts";
import { type FakeService, type Heard, serveFake } from "./service.ts";

/** Tokens that the fake takes: one may read what is public, one more, one may write. */
export const GITHUB_TOKENS = {
  plain: "github_pat_plain0123456789",
  owner: "github_pat_owner0123456789",
  classic: "ghp_classic0123456789abcdef",
} as const;

/** A repository with what is in it. */
export interface FakeRepository {
  private?: boolean;
  /** By path: a text, or the bytes. */
  files?: Record<string, string | Uint8Array>;
  issues?: { number: number; title: string; body: string }[];
  /** The name it has been given since. */
  movedTo?: string;
}

/** GitHub's REST interface, version 2022-11-28, as far as it reads. */
export function startGithub(repositories: Record<string, FakeRepository>): FakeService {
  return serveFake({
    error: { message: "Server Error" },
    answer: (heard) => respond(heard, repositories),
  });
}

function respond(heard: Heard, repositories: Record<string, FakeRepository>): Response {
  const { method, path, headers } = heard;
  if (!headers["user-agent"]) return refusal(403, "Request forbidden by administrative rules.");
  if (method !== "GET") return refusal(403, "Resource not accessible by personal access token");
  const token = headers["authorization"]?.replace(/^Bearer /, "");
  if (token !== undefined && !Object.values(GITHUB_TOKENS).some((known) => known === token)) {
    return refusal(401, "Bad credentials");
  }
  const answer = path === "/search/code"
    ? searchCode(heard, repositories)
    : read(heard, repositories, token !== undefined && token !== GITHUB_TOKENS.plain);
  if (token === GITHUB_TOKENS.classic) answer.headers.set("x-oauth-scopes", "repo, read:org");
  answer.headers.set("x-github-request-id", "ABCD:1234");
  return answer;
}

function read(
  { path, query }: Heard,
  repositories: Record<string, FakeRepository>,
  seesPrivate: boolean,
): Response {
  const [, owner = "", name = "", rest = ""] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/.exec(path) ??
    [];
  const found = Object.entries(repositories)
    .find(([full]) => full.toLowerCase() === `${owner}/${name}`.toLowerCase());
  if (found === undefined) return refusal(404, "Not Found");
  const [full, repository] = found;
  if (repository.private && !seesPrivate) return refusal(404, "Not Found");
  if (repository.movedTo !== undefined) {
    const location = `https://api.github.com/repositories/${repository.movedTo.length}`;
    return Response.json({ message: "Moved Permanently", url: location }, {
      status: 301,
      headers: { location },
    });
  }
  if (rest === "") return Response.json(describe(full, repository));
  if (rest === "/issues") return Response.json((repository.issues ?? []).map(issueOf));
  const [, number] = /^\/issues\/(\d+)$/.exec(rest) ?? [];
  if (number !== undefined) {
    const issue = repository.issues?.find((one) => one.number === Number(number));
    return issue ? Response.json(issueOf(issue)) : refusal(404, "Not Found");
  }
  if (!/^\/contents(\/|$)/.test(rest)) return refusal(404, "Not Found");
  return contents(repository, rest.slice("/contents/".length), query["ref"] ?? "main");
}

function contents({ files = {} }: FakeRepository, path: string, ref: string): Response {
  if (ref !== "main") return refusal(404, `No commit found for the ref ${ref}`);
  const file = files[path];
  if (file !== undefined) {
    const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
    const content = bytes.length > 1024 ** 2 ? "" : toBase64(bytes).replace(/.{60}/g, "$&\n");
    const encoding = content === "" ? "none" : "base64";
    return Response.json({ ...entry("file", path, bytes.length), encoding, content });
  }
  const prefix = path === "" ? "" : `${path}/`;
  const inside = Object.entries(files).filter(([name]) => name.startsWith(prefix));
  if (inside.length === 0) return refusal(404, "Not Found");
  return Response.json(inside.map(([name, text]) => entry("file", name, text.length)));
}

/** Like the real one, it takes `repo:` wherever it stands in the words. */
function searchCode({ query }: Heard, repositories: Record<string, FakeRepository>): Response {
  const words = (query["q"] ?? "").split(/\s+/);
  const wanted = words.flatMap((word) => /^repo:(.+)$/i.exec(word)?.[1]?.toLowerCase() ?? []);
  const [term = ""] = words.filter((word) => !word.includes(":"));
  const items = Object.entries(repositories)
    // The index is wide: it also answers what nobody asked for.
    .filter(([full]) => wanted.includes(full.toLowerCase()) || full === "evil/wide")
    .flatMap(([full_name, { files = {} }]) =>
      Object.entries(files).filter(([, text]) => String(text).includes(term))
        .map(([path]) => ({ name: path, path, sha: SHA, repository: { full_name } }))
    );
  return Response.json({ total_count: items.length, incomplete_results: false, items });
}

const SHA = "3d21ec53a331a6f037a91c368710b99387d012c1";

function entry(type: string, path: string, size: number) {
  return { type, name: path.split("/").at(-1), path, size, sha: SHA, url: "x", html_url: "x" };
}

function describe(full_name: string, { private: isPrivate = false }: FakeRepository) {
  return {
    id: 1,
    full_name,
    private: isPrivate,
    visibility: isPrivate ? "private" : "public",
    description: null,
    default_branch: "main",
    language: "TypeScript",
    topics: [],
    stargazers_count: 7,
    archived: false,
    pushed_at: "2026-01-02T03:04:05Z",
  };
}

function issueOf(issue: { number: number; title: string; body: string }) {
  return {
    ...issue,
    id: issue.number,
    state: "open",
    user: { login: "octocat", id: 1 },
    labels: [{ id: 1, name: "bug" }],
    comments: 0,
    created_at: "2026-01-02T03:04:05Z",
    closed_at: null,
  };
}

function refusal(status: number, message: string): Response {
  return Response.json({ message, documentation_url: "https://docs.github.com/rest" }, { status });
}
