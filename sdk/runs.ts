import type { Api } from "./api.ts";
import { type FollowOptions, followRun } from "./follow.ts";
import type { Listing } from "./listing.ts";
import type { Query } from "./routes.ts";
import { waitForRun, type WaitOptions } from "./wait.ts";
import type { Decision, PolicyProposal, Run, RunEvent, RunSummary, ToolCall } from "./wire.ts";

/** Which of the caller's runs are listed. */
export type RunQuery = Omit<Query<"GET", "/agents/runs">, "limit" | "cursor">;

/** How a run is read. */
export interface ReadOptions {
  /** Ends the request. */
  signal?: AbortSignal | undefined;
}

/** Runs: read, followed, stopped, and asked what they reached for. */
export class Runs {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The caller's runs, newest first: of all agents, or of one that is named. */
  list(query: RunQuery = {}): Listing<RunSummary> {
    return this.#api.list("/agents/runs", { query });
  }

  /** A run as it is now. */
  get(id: string, { signal }: ReadOptions = {}): Promise<Run> {
    return this.#api.request("GET", "/execute/runs/{id}", { params: { id }, signal });
  }

  /** The run's events to its last one; a stream that is lost goes on where it was. */
  follow(id: string, options: FollowOptions = {}): AsyncGenerator<RunEvent, void> {
    return followRun(this.#api.held(), { id }, options);
  }

  /** The run when it has ended, of whoever began it. A network that is lost is waited for, too. */
  wait(id: string, options: WaitOptions = {}): Promise<Run> {
    return waitForRun(this.#api.held(), id, options);
  }

  /** Up to 500 events after a sequence number, as they are now. */
  async events(id: string, after = 0, { signal }: ReadOptions = {}): Promise<RunEvent[]> {
    const { data } = await this.#api.request("GET", "/execute/runs/{id}/events", {
      params: { id },
      query: { after },
      signal,
    });
    return data;
  }

  /** The tool calls after a number in their order: allowed or denied, why, and what came of it. */
  async calls(id: string, after = 0, { signal }: ReadOptions = {}): Promise<ToolCall[]> {
    const { data } = await this.#api.request("GET", "/execute/runs/{id}/calls", {
      params: { id },
      query: { after },
      signal,
    });
    return data;
  }

  /** Answers a tool call that waits for its owner's yes or no. */
  decide(id: string, call: string, decision: Decision): Promise<ToolCall> {
    return this.#api.request("POST", "/execute/runs/{id}/calls/{call}", {
      params: { id, call },
      body: decision,
    });
  }

  /** The smallest policy that covers what the run did. */
  policy(id: string): Promise<PolicyProposal> {
    return this.#api.request("GET", "/execute/runs/{id}/policy", { params: { id } });
  }

  /** Stops a run; one that has ended stays as it is. */
  cancel(id: string): Promise<Run> {
    return this.#api.request("POST", "/execute/runs/{id}/cancel", { params: { id } });
  }
}
