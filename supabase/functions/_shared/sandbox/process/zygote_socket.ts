import * as z from "zod";

/** A forked child that has come, and said who it is. */
export interface Met {
  /** Its process id, as it is told in its own box. */
  pid: number;
  input: WritableStreamDefaultWriter<Uint8Array>;
  /** What it says after its first line. Ends with the connection, however that ends. */
  output: AsyncIterable<Uint8Array>;
  /** For whoever does not read `output` to its end. */
  close(): void;
}

const MAX_HELLO_BYTES = 256;
const HELLO_MS = 5_000;
const NEWLINE = 0x0a;
const helloSchema = z.tuple([z.string(), z.number().int().positive()]);

/**
 * Where forked children come to be told their job: a socket in a folder that only this user enters.
 * A child is known by the random name that it was forked under. An agent cannot come: its process
 * can make no socket any more.
 */
export class ZygoteSocket implements AsyncDisposable {
  /** Holds the socket, which is named `zygote`. */
  readonly folder: string;
  readonly #listener: Deno.UnixListener;
  readonly #expected = new Map<string, (met: Met | undefined) => void>();
  readonly #accepting: Promise<void>;
  /** Who has come, and not said yet who it is. */
  readonly #greeting = new Map<Deno.UnixConn, Promise<void>>();

  /** `user` is who the children run as, if it is somebody else. Throws where there are no sockets. */
  constructor(user: number | undefined) {
    this.folder = Deno.makeTempDirSync({ prefix: "cloister-" });
    const path = `${this.folder}/zygote`;
    this.#listener = Deno.listen({ transport: "unix", path });
    if (user !== undefined) {
      for (const one of [path, this.folder]) {
        Deno.chownSync(one, user, user);
      }
    }
    this.#accepting = this.#accept();
  }

  /** The child of that name, when it has come; undefined when it will not. */
  expect(id: string): Promise<Met | undefined> {
    return new Promise((resolve) => this.#expected.set(id, resolve));
  }

  forget(id: string): void {
    this.#expected.get(id)?.(undefined);
    this.#expected.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const id of [...this.#expected.keys()]) this.forget(id);
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#greeting.keys()) close(connection);
    await Promise.all(this.#greeting.values());
    await Deno.remove(this.folder, { recursive: true });
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        const done = () => void this.#greeting.delete(connection);
        this.#greeting.set(connection, this.#meet(connection).finally(done));
      }
    } catch {
      // it was closed
    }
  }

  async #meet(connection: Deno.UnixConn): Promise<void> {
    const late = setTimeout(() => close(connection), HELLO_MS);
    const [hello, rest] = await readHello(connection).catch(() => []);
    clearTimeout(late);
    const [id, pid] = hello ?? [];
    const resolve = this.#expected.get(id ?? "");
    if (pid === undefined || resolve === undefined || rest === undefined) return close(connection);
    this.#expected.delete(id ?? "");
    const [input, output] = [connection.writable.getWriter(), read(connection, rest)];
    resolve({ pid, input, output, close: () => close(connection) });
  }
}

async function readHello(connection: Deno.UnixConn) {
  const bytes = new Uint8Array(MAX_HELLO_BYTES);
  for (let length = 0;;) {
    const count = await connection.read(bytes.subarray(length));
    if (count === null || count === 0) throw new Error("it does not say who it is");
    length += count;
    const end = bytes.subarray(0, length).indexOf(NEWLINE);
    if (end < 0) continue;
    const line = new TextDecoder().decode(bytes.subarray(0, end));
    return [helloSchema.parse(JSON.parse(line)), bytes.slice(end + 1, length)] as const;
  }
}

async function* read(
  connection: Deno.UnixConn,
  rest: Uint8Array,
): AsyncGenerator<Uint8Array, void> {
  yield rest;
  const chunk = new Uint8Array(65_536);
  try {
    for (;;) {
      const count = await connection.read(chunk);
      if (count === null) return;
      yield chunk.slice(0, count);
    }
  } catch {
    // the process was killed while it had something to say
  } finally {
    close(connection);
  }
}

function close(connection: Deno.UnixConn): void {
  try {
    connection.close();
  } catch {
    // it is closed
  }
}
