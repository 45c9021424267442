import type { Api } from "./api.ts";
import type { Listing } from "./listing.ts";
import type { Bytes, File } from "./wire.ts";

/** What a file has to be for a write to be done. */
export interface WriteOptions {
  /** The `etag` that the caller has seen: a file that was changed since is left alone. */
  ifMatch?: string | undefined;
  /** Writes only where there is no such file. */
  isNew?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** An agent's workspace. */
export class Files {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** By their paths; those that begin with `prefix` if one is given. */
  list(agent: string, prefix?: string): Listing<File> {
    return this.#api.list("/agents/{name}/files", { params: { name: agent }, query: { prefix } });
  }

  /** The file as an answer: `.text()`, `.blob()` or `.body` has what it holds. */
  read(agent: string, path: string): Promise<Response> {
    return this.#api.fetch("GET", "/agents/{name}/files/{path}", {
      params: { name: agent, path },
    });
  }

  /** Writes a file, up to 16 MiB. Rejects with `file_changed` where an option is not met. */
  write(agent: string, path: string, content: Bytes, options: WriteOptions = {}): Promise<File> {
    const { ifMatch, isNew, signal } = options;
    const isConditional = ifMatch !== undefined || isNew === true;
    return this.#api.request("PUT", "/agents/{name}/files/{path}", {
      params: { name: agent, path },
      body: content,
      headers: { "If-Match": ifMatch, "If-None-Match": isNew ? "*" : undefined },
      signal,
      // A second try would meet what the first one wrote.
      ...(isConditional && { retries: 0 }),
    });
  }

  /** Deletes a file. */
  remove(agent: string, path: string): Promise<void> {
    return this.#api.request("DELETE", "/agents/{name}/files/{path}", {
      params: { name: agent, path },
    });
  }
}
