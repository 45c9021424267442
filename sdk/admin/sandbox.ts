import type { Api } from "../api.ts";
import type { NewVerification, Sandbox, Verification } from "../wire.ts";

/** Longer than the server takes for one verification, which is a minute. */
const VERIFY_MS = 75_000;

/** Which engine runs agents, behind which walls, and whether they hold. */
export class SandboxWalls {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The engine, its walls, and its limits. */
  get(): Promise<Sandbox> {
    return this.#api.request("GET", "/admin/sandbox");
  }

  /** Attacks the walls with hostile programs, and reports. It can take a minute: `skipped` are left for another. */
  verify(verification: NewVerification = {}): Promise<Verification> {
    return this.#api.request("POST", "/admin/sandbox/verify", {
      body: verification,
      atLeastMs: VERIFY_MS,
    });
  }
}
