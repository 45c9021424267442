import type { Piece } from "./block.ts";

/** A request that is to leave, in its first hop. */
export interface EgressRequest {
  /** Absolute; checked and written in its one form by {@link Egress.send}. */
  url: string;
  method: string;
  /** Names in any case. Those that the connection owns (`host`, `content-length`…) are refused. */
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

/** One request on its way: the first, or one that a redirect asks for. */
export interface Hop {
  /** In its one form: see `policy/match.ts`. */
  url: URL;
  method: string;
  /** 0 for the first, then 1 for each redirect. */
  number: number;
}

/** What a hop that may go gets on its way; the next hop gets nothing of it. */
export interface Permit {
  /** Put over the request's own headers, as a key that only this host may see. */
  headers?: Readonly<Record<string, string>>;
  /** Values that no response of this hop or of a later one may show. */
  secrets?: readonly string[];
}

/** Who may be asked, for whom, how often on, and how much may come back. */
export interface EgressRules {
  /**
   * Asked before each hop is resolved. Throws `ToolRefusal` where the hop may not go, e.g. as
   * `host_denied`. For a redirect the caller hears `redirect_denied` instead.
   */
  permit(hop: Hop): Permit | Promise<Permit>;
  redirect: "follow" | "manual" | "error";
  /** Of everything: resolving, connecting, all redirects, the last byte. */
  timeoutMs: number;
  /** Of the body after it is decompressed; with an eighth for its frame, of what is on the wire. */
  maxBytes: number;
  /** Whose request it is: nobody has more than a quarter of the connections. All, where missing. */
  tenant?: string;
}

/** An answer whose body has not been read yet. It must be read to its end or cancelled. */
export interface EgressResponse {
  /** Of the hop that answered. */
  url: string;
  status: number;
  /** Names in lower case, secrets blotted out, nothing hop-by-hop, no cookies joined wrongly. */
  headers: Readonly<Record<string, string>>;
  redirected: boolean;
  /**
   * Decompressed, secrets blotted out. Ends with a `ToolRefusal`: `result_too_large`, `timed_out`,
   * or `upstream_failed`.
   */
  body: ReadableStream<Piece>;
  /** Bytes on the wire so far, heads and all hops included. */
  moved(): Moved;
}

/** Bytes on the wire, as the other side sent (in) and got (out) them. */
export interface Moved {
  bytesIn: number;
  bytesOut: number;
}

/** The only way out: see `createEgress`. */
export interface Egress {
  /** Whether the operator declared the URL's origin reachable although it is not the Internet's. */
  isPrivate(url: URL): boolean;
  /**
   * Sends one request and whatever redirects it leads to. Throws `ToolRefusal` (`host_denied`,
   * `address_denied`, `port_denied`, `header_denied`, `redirect_denied`, `timed_out`,
   * `upstream_failed`, `result_too_large`, `unavailable`) with what was moved until then. No
   * message holds a secret.
   */
  send(request: EgressRequest, rules: EgressRules, signal: AbortSignal): Promise<EgressResponse>;
}
