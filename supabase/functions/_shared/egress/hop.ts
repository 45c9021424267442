import type { Duplex, Readable } from "node:stream";
import type { Client } from "undici";
import { ToolRefusal } from "../policy/refusal.ts";
import type { Bytes } from "./block.ts";
import type { Going } from "./redirect.ts";

/** What came back on a connection: the body is read from it as it is on the wire. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Bytes;
  /** Ends the connection, read or not. */
  close(): Promise<void>;
}

const MAX_HEAD_BYTES = 16 * 1024;
const FIXED_HEADERS = { accept: "*/*", "user-agent": "cloister", "accept-encoding": "gzip" };

/**
 * One request on one connection that is open already, and never another: undici speaks HTTP/1.1
 * on it and is strict about what it hears. The connection ends with the body.
 */
export async function exchange(
  { url, method, headers, body }: Going,
  socket: Duplex,
  signal: AbortSignal,
): Promise<Answer> {
  const client = await clientOn(socket, url.origin);
  async function end() {
    await client.destroy();
    socket.destroy();
  }
  try {
    const answer = await client.request({
      path: url.pathname + url.search,
      method,
      headers: { ...FIXED_HEADERS, ...headers },
      body: body ?? null,
      reset: true,
      signal,
    });
    const { statusCode: status, headers: got } = answer;
    const close = () => gone(answer.body).finally(end);
    return { status, headers: got, body: read(answer.body), close };
  } catch (thrown) {
    await end();
    throw failed(thrown, signal);
  }
}

/** The deadline is our own: undici's timers are off. It wants its connection a moment later. */
async function clientOn(socket: Duplex, origin: string): Promise<Client> {
  const { Client } = await import("undici");
  let unused = true;
  return new Client(origin, {
    pipelining: 1,
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: (_options, callback) => {
      const once = unused;
      unused = false;
      queueMicrotask(() => {
        // Undici's types say a socket; of a socket it uses what every duplex stream has.
        if (once) Reflect.apply(callback, undefined, [null, socket]);
        else callback(new Error("The connection is used up."), null);
      });
    },
  });
}

/** Resolves once nothing is left of a body: what is not read goes a turn later. */
function gone(body: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (body.closed) return resolve();
    body.once("close", resolve);
    body.once("error", () => {});
    body.destroy();
  });
}

async function* read(body: AsyncIterable<unknown>): Bytes {
  for await (const piece of body) {
    if (piece instanceof Uint8Array) yield new Uint8Array(piece);
  }
}

/** What a server did wrong, in words of our own: its own may hold anything, and a log reads it. */
export function failed(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (thrown instanceof ToolRefusal) return thrown;
  const cause = new Error(thrown instanceof Error ? thrown.name : typeof thrown);
  const message = "The host broke the connection off, or does not speak HTTP.";
  return new ToolRefusal("upstream_failed", message, { cause });
}
