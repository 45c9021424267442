import { addressOf, functionsUrl } from "./address.ts";
import { type Auth, type Credentials, credentialsOf } from "./auth.ts";
import { bodyOf, buffered, typeOf } from "./body.ts";
import { ConnectionError, TimeoutError } from "./errors.ts";
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
  /** How long an answer may take; 60 s if left out. Streams are open for as long as they last. */
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
  /** Leaves the body to its reader: it may take as long as it likes. */
  streams?: boolean;
  /** A status that is an answer here, and no error. */
  also?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_RETRIES = 2;
const IDEMPOTENT = new Set(["GET", "PUT", "DELETE"]);

/** Sends requests: signs them, waits, tries again, and turns refusals into errors. */
export class Transport {
  readonly #base: URL;
  readonly #credentials: Credentials;
  readonly #options: ClientOptions;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;

  /** Throws a TypeError for an address that no credential shall be sent to. */
  constructor(options: ClientOptions) {
    this.#base = functionsUrl(options.url, options.allowInsecure);
    this.#credentials = credentialsOf(options.auth);
    this.#options = options;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** The answer to a request; rejects with a `CloisterError` or a `ConnectionError`. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { retries = this.#options.maxRetries ?? MAX_RETRIES, signal } = sent;
    const isSafe = IDEMPOTENT.has(method) || sent.headers?.["idempotency-key"] !== undefined;
    for (let tries = 0;; tries++) {
      try {
        return await this.#signed(method, path, sent);
      } catch (err) {
        if (tries >= retries || !isWorthwhile(err, isSafe)) throw err;
        await pause(delayOf(err, tries), signal);
      }
    }
  }

  /** One try, or two: a token that has just expired is renewed once. */
  async #signed(method: string, path: string, sent: Sent): Promise<Response> {
    const token = await this.#credentials.current();
    const response = await this.#exchange(method, path, sent, token);
    if (response.status !== 401) return await accept(response, sent);
    const error = await toError(response);
    const renewed = await this.#credentials.renew(token).catch(() => undefined);
    if (renewed === undefined) throw error;
    return await accept(await this.#exchange(method, path, sent, renewed), sent);
  }

  async #exchange(
    method: string,
    path: string,
    sent: Sent,
    token: string | undefined,
  ): Promise<Response> {
    const { fetch: send = fetch } = this.#options;
    const url = addressOf(this.#base, path, sent.params, sent.query);
    sent.signal?.throwIfAborted();
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), this.timeoutMs);
    const signals = [timeout.signal, ...(sent.signal ? [sent.signal] : [])];
    try {
      const response = await send(url, {
        method,
        headers: this.#headers(sent, token),
        ...(sent.body !== undefined && { body: bodyOf(sent.body) }),
        signal: AbortSignal.any(signals),
        redirect: "error",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
      });
      return sent.streams ? response : await buffered(response);
    } catch (err) {
      sent.signal?.throwIfAborted();
      if (timeout.signal.aborted) {
        throw new TimeoutError(`No answer within ${this.timeoutMs} ms`, { cause: err });
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
