import { Admin } from "./admin/mod.ts";
import { Agents } from "./agents.ts";
import { Api } from "./api.ts";
import { awaitRun, type RunOptions, startRun, streamRun } from "./execute.ts";
import type { FollowOptions } from "./follow.ts";
import type { Listing } from "./listing.ts";
import { Keys } from "./keys.ts";
import type {
  Arguments,
  FunctionName,
  ItemOf,
  Method,
  PagedPath,
  Path,
  RawPath,
  Reply,
} from "./routes.ts";
import { Runs } from "./runs.ts";
import type { RunStream } from "./run_stream.ts";
import { Secrets } from "./secrets.ts";
import { type ClientOptions, Transport } from "./transport.ts";
import type { WaitOptions } from "./wait.ts";
import type { Health, Limits, RawRoutes, Routes, Run, RunEvent, RunUsageReport } from "./wire.ts";

/** What of the caller's runs is summed up. */
export interface UsageOptions {
  /** How many days, today among them. */
  days?: number | undefined;
  /** Where days begin: a name of the IANA database; UTC if left out. */
  timeZone?: string | undefined;
  /** The runs of one agent alone. */
  agent?: string | undefined;
}

/** A project, as one caller may use it. It holds nothing open and needs no closing. */
export class CloisterClient {
  readonly #api: Api;
  /** The caller's agents, and what belongs to each. */
  readonly agents: Agents;
  /** Runs: read, followed, stopped. */
  readonly runs: Runs;
  /** API keys, for programs. */
  readonly keys: Keys;
  /** Values that tools use and no agent sees. */
  readonly secrets: Secrets;
  /** What administrators alone may do. */
  readonly admin: Admin;

  /** Throws a TypeError for an address that no credential shall be sent to. */
  constructor(options: ClientOptions) {
    const api = new Api(new Transport(options));
    this.#api = api;
    this.agents = new Agents(api);
    this.runs = new Runs(api);
    this.keys = new Keys(api);
    this.secrets = new Secrets(api);
    this.admin = new Admin(api);
  }

  /**
   * Executes an agent, and gives the run when it has ended: well or not, its `status` says. Rejects
   * when the server stays away; `runId` of the error names the run, where it is known.
   */
  run(agent: string, input?: unknown, options: RunOptions & WaitOptions = {}): Promise<Run> {
    return awaitRun(this.#api, agent, input, options);
  }

  /** Queues a run, and answers at once. */
  start(agent: string, input?: unknown, options: RunOptions = {}): Promise<Run> {
    return startRun(this.#api, agent, input, options);
  }

  /** Executes an agent, to be watched event by event. */
  stream(agent: string, input?: unknown, options: RunOptions & FollowOptions = {}): RunStream {
    return streamRun(this.#api, agent, input, options);
  }

  /** A run's events to its last one, of whoever began it: stored ones first. */
  follow(run: string, options: FollowOptions = {}): AsyncGenerator<RunEvent, void> {
    return this.runs.follow(run, options);
  }

  /** What the caller may spend, and what is left of it. */
  limits(): Promise<Limits> {
    return this.#api.request("GET", "/agents/limits");
  }

  /** The caller's runs of the last days, day by day and agent by agent. */
  usage({ days, timeZone, agent }: UsageOptions = {}): Promise<RunUsageReport> {
    const query = { days, time_zone: timeZone, agent };
    return this.#api.request("GET", "/agents/usage", { query });
  }

  /** Whether a function works, and what it depends on. Open to anybody. */
  health(name: FunctionName): Promise<Health> {
    return this.#api.request("GET", `/${name}/health`);
  }

  /** All that is known about the caller, as a ZIP. Not for API keys. */
  exportMe(): Promise<Response> {
    return this.#api.fetch("GET", "/agents/me/export");
  }

  /** Calls any route that answers JSON, typed by its method and its path. */
  request<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...options: Arguments<Routes[M][P]>
  ): Promise<Reply<Routes[M][P]>> {
    return this.#api.request(method, path, ...options);
  }

  /** Any list that pages, typed by its path. */
  list<P extends PagedPath>(path: P, ...options: Arguments<Routes["GET"][P]>): Listing<ItemOf<P>> {
    return this.#api.list(path, ...options);
  }

  /** Calls any route that answers bytes, and gives the answer itself. */
  fetch<M extends Method & keyof RawRoutes, P extends RawPath<M> & keyof RawRoutes[M]>(
    method: M,
    path: P,
    ...options: Arguments<RawRoutes[M][P]>
  ): Promise<Response> {
    return this.#api.fetch(method, path, ...options);
  }
}

/** A client of the project at `url`, for whoever `auth` says. */
export function createClient(options: ClientOptions): CloisterClient {
  return new CloisterClient(options);
}
