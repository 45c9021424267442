import { Breach, LineReader } from "./lines.ts";
import type { ClientLine } from "./wire.ts";

/** Where runners are, and how long they may take. */
export interface Way {
  /** The runner's `/runs`. */
  url: string;
  fetch: typeof fetch;
  /** Until a place is held, in milliseconds: the runner's own queue included. */
  connectMs: number;
  /** Between two lines of the runner, in milliseconds. */
  silenceMs: number;
  /** For the ending of a run that was cancelled, or whose time is over, in milliseconds. */
  endingMs: number;
}

/** Nobody is there, or nobody who can: another connection may meet another runner. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** How much may wait here to be sent before the runner is taken for one that does not read. */
const MAX_UNSENT_BYTES = 32 * 1024 * 1024;
/** How long a runner that has said its last gets to close the stream, so that it can be used again. */
const FAREWELL_MS = 250;

/** One request to a runner, open in both directions. */
export class Connection {
  readonly #cut = new AbortController();
  #sender: ReadableStreamDefaultController<Uint8Array> | undefined;
  #reader = new LineReader(new Blob().stream());

  constructor(readonly way: Way) {}

  /** Sends the request; resolves with the runner's answer. Throws {@link Broken}. */
  async open(token: string, traceparent?: string): Promise<Response> {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#sender = controller),
      cancel: () => void (this.#sender = undefined),
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
    const headers = {
      "authorization": `Bearer ${token}`,
      "content-type": "application/x-ndjson",
      "accept-encoding": "identity",
      ...(traceparent !== undefined && { traceparent }),
    };
    const init = { method: "POST", headers, body, duplex: "half", redirect: "manual" } as const;
    const { fetch, url } = this.way;
    const response = await unbroken(fetch(url, { ...init, signal: this.#cut.signal }));
    if (response.body !== null) this.#reader = new LineReader(response.body);
    return response;
  }

  /**
   * The next line; undefined at the end of the stream. A runner that is silent for too long is cut
   * off. Throws {@link Broken}, and {@link Breach} when the line is too long.
   */
  async next(maxBytes: number): Promise<string | undefined> {
    const bell = setTimeout(() => this.cut(), this.way.silenceMs);
    try {
      return await unbroken(this.#reader.next(maxBytes));
    } finally {
      clearTimeout(bell);
    }
  }

  /** Sends a line, unless the connection is gone. A runner that does not read is cut off. */
  send(line: ClientLine): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    try {
      sender.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      if (-(sender.desiredSize ?? 0) > MAX_UNSENT_BYTES) this.cut();
    } catch {
      this.cut(); // the other side has gone: whoever reads learns of it
    }
  }

  /** Says that all is said, and lets the runner close its side. */
  async close(): Promise<void> {
    const bell = setTimeout(() => this.cut(), FAREWELL_MS);
    try {
      this.#endBody();
      if (await this.next(0) !== undefined) this.cut();
    } catch {
      this.cut();
    } finally {
      clearTimeout(bell);
    }
  }

  /** Ends the connection at once; the runner ends the run. */
  cut(): void {
    // Over HTTP/2 an aborted fetch keeps its stream open for as long as its body is. To fail the
    // body instead would reject a promise inside of Deno 2.1 that nobody can catch.
    this.#endBody();
    this.#cut.abort();
    this.#reader.cancel(); // an abort alone has left a read pending, and the connection open
  }

  #endBody(): void {
    const sender = this.#sender;
    this.#sender = undefined;
    try {
      sender?.close();
    } catch {
      // the other side has ended it already
    }
  }
}

const encoder = new TextEncoder();

async function unbroken<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Breach) throw cause;
    throw new Broken("the connection is broken", { cause });
  }
}
