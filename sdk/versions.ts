import type { Api } from "./api.ts";
import type { Listing } from "./listing.ts";
import type { NewVersion, Version, VersionDiff, VersionSummary } from "./wire.ts";

/** An agent's versions. None is ever changed. */
export class Versions {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first, without their sources. */
  list(agent: string): Listing<VersionSummary> {
    return this.#api.list("/agents/{name}/versions", { params: { name: agent } });
  }

  /** Adds a version, and publishes it unless `publish` is false or it has to be approved. */
  create(agent: string, version: NewVersion): Promise<Version> {
    return this.#api.request("POST", "/agents/{name}/versions", {
      params: { name: agent },
      body: version,
    });
  }

  /** A version with its source. */
  get(agent: string, version: number): Promise<Version> {
    return this.#api.request("GET", "/agents/{name}/versions/{version}", {
      params: { name: agent, version },
    });
  }

  /** What changed since another version: since the one before, if none is named. */
  diff(agent: string, version: number, against?: number): Promise<VersionDiff> {
    return this.#api.request("GET", "/agents/{name}/versions/{version}/diff", {
      params: { name: agent, version },
      query: { against },
    });
  }

  /** Says yes to a version that wants more; `policyHash` is of the policy that one has read. */
  approve(agent: string, version: number, policyHash?: string): Promise<Version> {
    return this.#api.request("POST", "/agents/{name}/versions/{version}/approve", {
      params: { name: agent, version },
      query: { policy_hash: policyHash },
    });
  }
}
