import { EICAR } from "./contents.ts";

/** A `clamd` that speaks INSTREAM over TCP, and finds EICAR alone. */
export interface FakeClamd extends AsyncDisposable {
  address: { hostname: string; port: number };
  /** How many streams it has been sent whole. */
  readonly scanned: number;
}

/** How a scanner is: well, or ill in one of the ways that they are. */
export type Health = "well" | "small" | "mute" | "hangs_up" | "confused";

const COMMAND = "zINSTREAM\0";
const SMALL_BYTES = 1_000;

/** Starts one on a port of its own. */
export function startClamd(health: Health = "well"): FakeClamd {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let scanned = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      answer(connection, health).then((whole) => scanned += whole ? 1 : 0).catch(() => {})
        .finally(() => open.delete(connection));
    }
  })();
  return {
    address: { hostname: "127.0.0.1", port: listener.addr.port },
    get scanned() {
      return scanned;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) connection.close();
      await serving;
    },
  };
}

/** Whether the stream came to its end. */
async function answer(connection: Deno.TcpConn, health: Health): Promise<boolean> {
  using _ = connection;
  if (health === "hangs_up") return false;
  const input = new Input(connection);
  if (new TextDecoder().decode(await input.take(COMMAND.length)) !== COMMAND) return false;
  const pieces: Uint8Array[] = [];
  for (let total = 0;;) {
    const length = new DataView((await input.take(4)).buffer).getUint32(0);
    if (length === 0) break;
    total += length;
    pieces.push(await input.take(length));
    if (health === "small" && total > SMALL_BYTES) {
      await say(connection, "INSTREAM size limit exceeded. ERROR");
      return false;
    }
  }
  if (health === "mute") {
    await input.take(1);
    return true;
  }
  const text = pieces.map((piece) => String.fromCharCode(...piece)).join("");
  const found = text.includes(String.fromCharCode(...EICAR)) || text.includes("MALWARE");
  await say(connection, health === "confused" ? "?" : verdict(found));
  return true;
}

function verdict(found: boolean): string {
  return found ? "stream: Win.Test.EICAR_HDB-1 FOUND" : "stream: OK";
}

async function say(connection: Deno.Conn, line: string): Promise<void> {
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode(`${line}\0`));
}

/** Reads exactly as much as is asked for. */
class Input {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array();

  constructor(connection: Deno.Conn) {
    this.#reader = connection.readable.getReader();
  }

  async take(bytes: number): Promise<Uint8Array> {
    while (this.#rest.length < bytes) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error("The stream ended early");
      const more = new Uint8Array(this.#rest.length + value.length);
      more.set(this.#rest);
      more.set(value, this.#rest.length);
      this.#rest = more;
    }
    const taken = this.#rest.slice(0, bytes);
    this.#rest = this.#rest.slice(bytes);
    return taken;
  }
}
