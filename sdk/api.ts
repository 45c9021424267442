import { Listing } from "./listing.ts";
import { readJson, readPage } from "./problem.ts";
import type { Arguments, ItemOf, Method, PagedPath, Path, RawPath, Reply } from "./routes.ts";
import type { Sent, Transport } from "./transport.ts";
import type { RawRoutes, Routes } from "./wire.ts";

/** Every route, typed by its method and its path. What has a noun of its own is built upon this. */
export class Api {
  readonly #transport: Transport;

  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How often a request that failed is sent again where that is safe. */
  readonly maxRetries: number;

  /** Over what sends. */
  constructor(transport: Transport) {
    this.#transport = transport;
    this.timeoutMs = transport.timeoutMs;
    this.maxRetries = transport.maxRetries;
  }

  /** The same for what takes several requests: all of them by the caller of the first, or none. */
  held(): Api {
    return new Api(this.#transport.held());
  }

  /** Calls a route that answers JSON, and gives what it answered. */
  request<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...options: Arguments<Routes[M][P]>
  ): Promise<Reply<Routes[M][P]>>;
  async request(method: string, path: string, sent: Sent = {}): Promise<unknown> {
    const response = await this.#transport.send(method, path, {
      ...sent,
      ...(path.endsWith("/health") && { also: 503 }),
    });
    return response.status === 204 ? undefined : await readJson(response);
  }

  /** Calls any route, and gives the answer itself; its body is read by whoever asked. */
  fetch<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    ...options: Arguments<Routes[M][P]>
  ): Promise<Response>;
  fetch<M extends Method & keyof RawRoutes, P extends RawPath<M> & keyof RawRoutes[M]>(
    method: M,
    path: P,
    ...options: Arguments<RawRoutes[M][P]>
  ): Promise<Response>;
  fetch(method: string, path: string, sent: Sent = {}): Promise<Response> {
    return this.#transport.send(method, path, { ...sent, streams: true });
  }

  /** A list that pages: nothing is asked for before it is read. */
  list<P extends PagedPath>(path: P, ...options: Arguments<Routes["GET"][P]>): Listing<ItemOf<P>>;
  list(path: string, sent: Sent = {}): Listing<unknown> {
    return new Listing(async ({ limit, cursor }) => {
      const query = { ...sent.query, limit, cursor };
      const response = await this.#transport.send("GET", path, { ...sent, query });
      return await readPage(response);
    });
  }
}
