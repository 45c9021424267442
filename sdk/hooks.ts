import type { Api } from "./api.ts";
import type { Hook, HookChange, HookRotation, HookWithSecret, NewHook } from "./wire.ts";

/** Signed addresses that begin a run of an agent. */
export class Hooks {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Newest first, without their secrets. */
  async list(agent: string): Promise<Hook[]> {
    const { data } = await this.#api.request("GET", "/agents/{name}/hooks", {
      params: { name: agent },
    });
    return data;
  }

  /** Adds a hook. Its secret is in this answer alone. */
  create(agent: string, hook: NewHook): Promise<HookWithSecret> {
    return this.#api.request("POST", "/agents/{name}/hooks", {
      params: { name: agent },
      body: hook,
    });
  }

  /** A hook, without its secret. */
  get(agent: string, id: string): Promise<Hook> {
    return this.#api.request("GET", "/agents/{name}/hooks/{id}", { params: { name: agent, id } });
  }

  /** Changes what is given, and leaves the rest. */
  update(agent: string, id: string, change: HookChange): Promise<Hook> {
    return this.#api.request("PATCH", "/agents/{name}/hooks/{id}", {
      params: { name: agent, id },
      body: change,
    });
  }

  /** Deletes a hook: nothing that is sent to it begins a run any more. */
  remove(agent: string, id: string): Promise<void> {
    return this.#api.request("DELETE", "/agents/{name}/hooks/{id}", {
      params: { name: agent, id },
    });
  }

  /** Makes a new secret; the one before is good for a while. */
  rotate(agent: string, id: string, rotation: HookRotation = {}): Promise<HookWithSecret> {
    return this.#api.request("POST", "/agents/{name}/hooks/{id}/rotate", {
      params: { name: agent, id },
      body: rotation,
    });
  }
}
