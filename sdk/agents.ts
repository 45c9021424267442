import type { Api } from "./api.ts";
import { RollbackError } from "./errors.ts";
import { Files } from "./files.ts";
import { Hooks } from "./hooks.ts";
import type { Listing } from "./listing.ts";
import type { Query } from "./routes.ts";
import { Schedules } from "./schedules.ts";
import { Versions } from "./versions.ts";
import { Webhooks } from "./webhooks.ts";
import type {
  Agent,
  AgentPatch,
  CreatedAgent,
  Draft,
  NewAgent,
  NewDraft,
  RunSummary,
} from "./wire.ts";

/** Which agents are listed. */
export type AgentQuery = Omit<Query<"GET", "/agents">, "limit" | "cursor">;

/** Which runs of an agent are listed. */
export type HistoryQuery = Omit<Query<"GET", "/agents/{name}/runs">, "limit" | "cursor">;

/** The caller's agents, and what belongs to each. */
export class Agents {
  readonly #api: Api;
  /** What an agent does, as it was and is. */
  readonly versions: Versions;
  /** What an agent keeps. */
  readonly files: Files;
  /** When an agent begins by itself. */
  readonly schedules: Schedules;
  /** Signed addresses that begin a run. */
  readonly hooks: Hooks;
  /** Who is told how runs end. */
  readonly webhooks: Webhooks;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
    this.versions = new Versions(api);
    this.files = new Files(api);
    this.schedules = new Schedules(api);
    this.hooks = new Hooks(api);
    this.webhooks = new Webhooks(api);
  }

  /** The caller's agents, newest first. */
  list(query: AgentQuery = {}): Listing<Agent> {
    return this.#api.list("/agents", { query });
  }

  /** Makes an agent with a first version, which is published; `findings` say what to look at. */
  create(agent: NewAgent): Promise<CreatedAgent> {
    return this.#api.request("POST", "/agents", { body: agent });
  }

  /** An agent. One that is another's is as missing as one that is not. */
  get(name: string): Promise<Agent> {
    return this.#api.request("GET", "/agents/{name}", { params: { name } });
  }

  /** Changes the name or the description. */
  update(name: string, patch: AgentPatch): Promise<Agent> {
    return this.#api.request("PATCH", "/agents/{name}", { params: { name }, body: patch });
  }

  /** Deletes an agent with its versions, files and history. */
  remove(name: string): Promise<void> {
    return this.#api.request("DELETE", "/agents/{name}", { params: { name } });
  }

  /** Shelves an agent: it is kept, and nothing runs it. */
  archive(name: string): Promise<Agent> {
    return this.#api.request("POST", "/agents/{name}/archive", { params: { name } });
  }

  /** Takes an archived agent back. */
  restore(name: string): Promise<Agent> {
    return this.#api.request("POST", "/agents/{name}/restore", { params: { name } });
  }

  /** Chooses the version that runs when none is named; an older one is a rollback. */
  publish(name: string, version: number): Promise<Agent> {
    return publish(this.#api, name, version);
  }

  /**
   * Publishes the version that is named, or else the newest one before the current one that was
   * published before: no draft. Rejects with a `RollbackError` where there is none.
   */
  async rollback(name: string, version?: number): Promise<Agent> {
    const api = this.#api.held();
    return await publish(api, name, version ?? await publishedBefore(api, name));
  }

  /** The agent's runs, newest first. */
  runs(name: string, query: HistoryQuery = {}): Listing<RunSummary> {
    return this.#api.list("/agents/{name}/runs", { params: { name }, query });
  }

  /** The agent's own OpenAPI document: what it takes, and how it answers. */
  openapi(name: string): Promise<Record<string, unknown>> {
    return this.#api.request("GET", "/agents/{name}/openapi.json", { params: { name } });
  }

  /** Has a language model write an agent; nothing is kept of it. */
  draft(draft: NewDraft): Promise<Draft> {
    return this.#api.request("POST", "/agents/drafts", { body: draft });
  }
}

function publish(api: Api, name: string, version: number): Promise<Agent> {
  return api.request("POST", "/agents/{name}/publish", { params: { name }, body: { version } });
}

async function publishedBefore(api: Api, name: string): Promise<number> {
  const { current_version: current } = await api.request("GET", "/agents/{name}", {
    params: { name },
  });
  for await (const one of api.list("/agents/{name}/versions", { params: { name } })) {
    if (one.version < current && one.published_at !== null) return one.version;
  }
  throw new RollbackError(`No version of ${name} before ${current} was ever published`);
}
