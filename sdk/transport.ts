import { addressOf, functionsUrl } from "./address.ts";
import { type Auth, credentialsOf } from "./auth.ts";
import { bodyOf, buffered, typeOf } from "./body.ts";
import { type Credentials, heldBy, type Signature } from "./caller.ts";
import { CallerError, ConnectionError, TimeoutError } from "./errors.ts";
import { toError } from "./problem.ts";
import { delayOf, isWorthwhile, pause } from "./retry.ts";

/** Where a project is, who calls it, and how patiently. */
export interface ClientOptions {
  /** The project's address, such as `https://xyz.supabase.co`; `/functions/v1` is added. */
  url: string | URL;
  /** Who calls. Without it only what is open to anybody answers. */
  auth?: Auth;
  /** Sent with each request; `apikey` is the place of the project's publishable key. */
  headers?: Record<string, string>;
  /**
   * How long an answer may take; 60 s if left out, and `Infinity` is for ever. Streams are open for
   * as long as they last.
   */
  timeoutMs?: number;
  /** How often a request that failed is sent again where that is safe; 2 if left out. */
  maxRetries?: number;
  /** Takes the place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Lets credentials go to another address than https or this machine. */
  allowInsecure?: boolean;
}

/** A request as a route's caller puts it. */
export interface Sent {
  params?: Record<string, unknown> | undefined;
  query?: Record<string, unknown> | undefined;
  body?: unknown;
  headers?: Record<string, string | undefined> | undefined;
  signal?: AbortSignal | undefined;
  retries?: number | undefined;
  /** How long the answer may take at least, where the client's own `timeoutMs` is shorter. */
  atLeastMs?: number | undefined;
  /** Leaves the body to its reader: it may take as long as it likes. */
  streams?: boolean;
  /** A status that is an answer here, and no error. */
  also?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_RETRIES = 2;
/** Timers that are set for longer go off at once: 24 days stand for all that is longer. */
const LONGEST_MS = 2 ** 31 - 1;
const IDEMPOTENT = new Set(["GET", "PUT", "DELETE"]);

/** Sends requests: signs them, waits, tries again, and turns refusals into errors. */
export class Transport {
  readonly #base: URL;
  readonly #credentials: Credentials;
  readonly #options: ClientOptions;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How often a request that failed is sent again where that is safe. */
  readonly maxRetries: number;

  /** Throws a TypeError for an address that no credential shall be sent to, and for no time. */
  constructor(options: ClientOptions, credentials: Credentials = credentialsOf(options.auth)) {
    const { timeoutMs = TIMEOUT_MS, maxRetries = MAX_RETRIES } = options;
    if (!(timeoutMs > 0)) throw new TypeError(`${timeoutMs} ms is no time for an answer`);
    this.#base = functionsUrl(options.url, options.allowInsecure);
    this.#credentials = credentials;
    this.#options = options;
    this.timeoutMs = Math.min(timeoutMs, LONGEST_MS);
    this.maxRetries = maxRetries;
  }

  /** The same for what takes several requests: all of them by the caller of the first, or none. */
  held(): Transport {
    return new Transport(this.#options, heldBy(this.#credentials));
  }

  /**
   * The answer to a request; rejects with a `CloisterError` or a `ConnectionError`, and with a
   * `CallerError` where it would have to be sent again as somebody else.
   */
  async send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { retries = this.maxRetries, signal } = sent;
    const credentials = heldBy(this.#credentials);
    const isSafe = IDEMPOTENT.has(method) || sent.headers?.["idempotency-key"] !== undefined;
    for (let tries = 0;; tries++) {
      try {
        return await this.#signed(credentials, method, path, sent);
      } catch (err) {
        if (tries >= retries || !isWorthwhile(err, isSafe)) throw err;
        await pause(delayOf(err, tries), signal);
      }
    }
  }

  /** One try, or two: a token that has just expired is renewed once. */
  async #signed(
    credentials: Credentials,
    method: string,
    path: string,
    sent: Sent,
  ): Promise<Response> {
    const signature = await credentials.current();
    const response = await this.#exchange(method, path, sent, signature);
    if (response.status !== 401) return await accept(response, sent);
    const error = await toError(response);
    const renewed = await credentials.renew(signature).catch((err: unknown) => {
      if (err instanceof CallerError) throw err;
    });
    if (!renewed) throw error;
    return await accept(await this.#exchange(method, path, sent, renewed), sent);
  }

  async #exchange(
    method: string,
    path: string,
    sent: Sent,
    { token }: Signature,
  ): Promise<Response> {
    const { fetch: send = fetch } = this.#options;
    const url = addressOf(this.#base, path, sent.params, sent.query);
    sent.signal?.throwIfAborted();
    const timeout = new AbortController();
    const limitMs = Math.max(this.timeoutMs, sent.atLeastMs ?? 0);
    const timer = setTimeout(() => timeout.abort(), limitMs);
    const signal = AbortSignal.any([timeout.signal, ...(sent.signal ? [sent.signal] : [])]);
    try {
      const response = await send(url, {
        method,
        headers: this.#headers(sent, token),
        ...(sent.body !== undefined && { body: bodyOf(sent.body) }),
        signal,
        redirect: "error",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
      });
      return sent.streams && response.ok ? response : await buffered(response, signal);
    } catch (err) {
      sent.signal?.throwIfAborted();
      if (timeout.signal.aborted) {
        throw new TimeoutError(`No answer within ${limitMs} ms`, { cause: err });
      }
      throw new ConnectionError(`${this.#base.host} could not be reached`, { cause: err });
    } finally {
      clearTimeout(timer);
    }
  }

  #headers(sent: Sent, token: string | undefined): Headers {
    const headers = new Headers(this.#options.headers);
    if (sent.body !== undefined) headers.set("content-type", typeOf(sent.body));
    for (const [name, value] of Object.entries(sent.headers ?? {})) {
      if (value !== undefined) headers.set(name, value);
    }
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }
}

async function accept(response: Response, { also }: Sent): Promise<Response> {
  if (response.ok || response.status === also) return response;
  throw await toError(response);
}
