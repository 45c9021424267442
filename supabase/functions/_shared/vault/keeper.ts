/** Which secret is wanted: by its name, for one agent of one user. */
export interface SecretRequest {
  userId: string;
  /** Null where no agent asks, but the user: then only what is for all of the user's agents is meant. */
  agentId: string | null;
  name: string;
}

/**
 * A secret, opened. `value` is no property of its own: neither JSON, nor a log, nor a spread of the
 * object has it, so it goes only where it is asked for by name.
 */
export interface OpenSecret {
  /** To be put into a request, and looked for in what comes back; never into a message. */
  readonly value: string;
  /**
   * The hosts that may be sent the value, as `HostPattern` has them. Whoever sends it asks this of
   * every single request, also of a redirected one: it holds beside the policy's own rules.
   */
  readonly hosts: readonly string[];
}

/** What opens users' secrets, for the broker alone. */
export interface SecretKeeper {
  /**
   * The agent's own secret of that name, else its owner's, and notes that it was used. Undefined
   * where there is none, or where it has expired: an expired one of the agent's own is not made up
   * for by its owner's. Throws `Fault`: `secrets_unavailable` where the key that it was locked with
   * is not here, `internal` where what is kept is not what was locked, `database_unavailable`.
   */
  reveal(wanted: SecretRequest, signal?: AbortSignal): Promise<OpenSecret | undefined>;
}

/** An opened secret. Tests and keepers make them; nothing prints them. */
export function openSecret(value: string, hosts: readonly string[]): OpenSecret {
  return new Opened(value, hosts);
}

class Opened implements OpenSecret {
  readonly hosts: readonly string[];
  readonly #value: string;

  constructor(value: string, hosts: readonly string[]) {
    this.#value = value;
    this.hosts = hosts;
  }

  get value(): string {
    return this.#value;
  }
}
