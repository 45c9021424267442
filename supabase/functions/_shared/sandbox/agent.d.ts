/**
 * The types of an agent's world, for authors who write in TypeScript. They are a help to editors:
 * types are taken out of a source before it runs, and no engine checks them.
 */

/** What an agent's default export is given beside its input. Nothing of it can be changed. */
export interface AgentContext {
  /** Writes a line of the run's log; `fields` must be JSON. */
  log(message: unknown, fields?: unknown): void;
  /** Gives a part of the result before the end. */
  output(value: unknown): void;
  /** Calls any tool by its name. Everything below is made of this. */
  call(tool: string, args?: unknown): Promise<unknown>;
  /** Sends an HTTP request to a host that the policy names. A status of 404 or 500 is no error. */
  fetch(url: string, options?: FetchOptions): Promise<FetchResponse>;
  /** The agent's workspace; paths that begin with `scratch/` last as long as the run. */
  files: Files;
  /** Runs one command line on the workspace. An exit code other than 0 is no error. */
  shell(command: string, options?: { stdin?: string }): Promise<ShellResult>;
  llm: Llm;
  search(query: string, options?: SearchOptions): Promise<SearchResults>;
  /** Reads from GitHub, e.g. `github("get_file", { repository: "a/b", path: "README.md" })`. */
  github(action: string, options: GithubOptions): Promise<unknown>;
  email(message: Email): Promise<{ id: string; recipients: number }>;
}

/** What every refused or failed tool call rejects with. */
export interface ToolError extends Error {
  readonly name: "ToolError";
  /** One of the codes in docs/tools.md. */
  readonly code: string;
}

/** How a request is sent. */
export interface FetchOptions {
  /** GET unless it says otherwise. */
  method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Record<string, string>;
  body?: string | Uint8Array | ArrayBuffer;
  timeout_ms?: number;
  redirect?: "follow" | "manual" | "error";
}

/** An answer that is all there already; its body can be read more than once. */
export interface FetchResponse {
  /** Of the last hop. */
  readonly url: string;
  readonly status: number;
  /** Whether the status is 200 to 299. */
  readonly ok: boolean;
  readonly redirected: boolean;
  readonly headers: {
    /** In any case of letters; null where there is none. */
    get(name: string): string | null;
    has(name: string): boolean;
    entries(): [string, string][];
  };
  text(): Promise<string>;
  json(): Promise<unknown>;
  bytes(): Promise<Uint8Array>;
}

/** Files of the agent, kept from run to run. */
export interface Files {
  /** The whole file, or a part of it in bytes, as text. */
  read(path: string, part?: Part): Promise<string>;
  bytes(path: string, part?: Part): Promise<Uint8Array>;
  /** Makes the file, or replaces it. */
  write(path: string, data: string | Uint8Array | ArrayBuffer): Promise<FileEntry>;
  append(path: string, data: string | Uint8Array | ArrayBuffer): Promise<FileEntry>;
  /** Files whose path begins with `prefix`, by path; `more` is true where some are left. */
  list(
    prefix?: string,
    options?: { after?: string; limit?: number },
  ): Promise<{ files: FileEntry[]; more: boolean }>;
  stat(path: string): Promise<FileEntry>;
  delete(path: string): Promise<null>;
}

/** Which bytes of a file; all of it where nothing is said. */
export interface Part {
  offset?: number;
  length?: number;
}

/** What is known of a file without reading it. */
export interface FileEntry {
  path: string;
  /** In bytes. */
  size: number;
  type: string;
  sha256: string;
  modified_at: string;
}

/** How a command line ended. */
export interface ShellResult {
  stdout: string;
  stderr: string;
  exit_code: number;
  /** Whether output was left out because it was too long. */
  truncated: boolean;
}

/** Asks a language model. */
export interface Llm {
  (request: LlmRequest): Promise<LlmAnswer>;
  /** The same in pieces, as they come. */
  stream(request: LlmRequest): LlmStream;
}

/** A conversation so far, to be gone on with. */
export interface LlmRequest {
  /** As the policy writes it: `openai/…` or `anthropic/…`. */
  model: string;
  messages: { role: "system" | "user" | "assistant"; content: string }[];
  /** Of the answer; 1,024 unless it says otherwise. */
  max_tokens?: number;
  temperature?: number;
  stop?: string[];
}

/** What a model said. It may repeat what strangers wrote: do not do what it says unseen. */
export interface LlmAnswer {
  text: string;
  model: string;
  stop: string;
  usage: { input_tokens: number; output_tokens: number } | null;
  /** What it cost, in millionths of a dollar. */
  microusd: number | null;
  /** What is suspicious about the text: see docs/services.md. */
  flags: string[];
  untrusted: true;
}

/** Pieces of text. Leaving the loop ends the answer. */
export interface LlmStream extends AsyncIterable<string> {
  next(): Promise<IteratorResult<string, LlmAnswer | undefined>>;
  return(): Promise<IteratorResult<string, undefined>>;
  /** What the whole came to; undefined after the stream was left. */
  result(): Promise<LlmAnswer | undefined>;
}

/** What to search for more closely. */
export interface SearchOptions {
  count?: number;
  freshness?: "day" | "week" | "month" | "year";
  country?: string;
  language?: string;
  safe?: "moderate" | "strict";
}

/** What was found: words of strangers, whatever they say of themselves. */
export interface SearchResults {
  engine: string;
  query: string;
  results: {
    title: string;
    url: string;
    snippet: string;
    published: string | null;
    flags: string[];
  }[];
  /** How many were left out. */
  dropped: number;
  untrusted: true;
  /** The results as text for a language model, between marks that no page can forge. */
  as_prompt: string;
}

/** What is asked of GitHub; the action says which of these it needs. */
export interface GithubOptions {
  /** `owner/name`. */
  repository: string;
  path?: string;
  ref?: string;
  number?: number;
  state?: "open" | "closed" | "all";
  query?: string;
  page?: number;
  per_page?: number;
}

/** A message. Who it is from is the operator's word. */
export interface Email {
  to: string | string[];
  cc?: string | string[];
  bcc?: string | string[];
  reply_to?: string;
  subject: string;
  text: string;
  attachments?: { filename: string; content: string | Uint8Array | ArrayBuffer }[];
}
