import { RedisError, type Reply, Status } from "./reply.ts";

const CRLF = new TextEncoder().encode("\r\n");

/** Commands in Redis' wire format, RESP2. */
export function encodeCommands(commands: readonly string[][]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (const words of commands) {
    parts.push(encoder.encode(`*${words.length}\r\n`));
    for (const word of words) {
      const bytes = encoder.encode(word);
      parts.push(encoder.encode(`$${bytes.length}\r\n`), bytes, CRLF);
    }
  }
  return concat(parts);
}

/** Reads replies out of a stream of bytes. Errors among them are values, not thrown. */
export async function* decodeReplies(
  from: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Reply | RedisError, void, void> {
  const reader = new Reader(from);
  while (await reader.more()) yield await readReply(reader);
}

async function readReply(reader: Reader): Promise<Reply | RedisError> {
  const line = await reader.line();
  const rest = line.slice(1);
  switch (line[0]) {
    case "+":
      return new Status(rest);
    case "-":
      return new RedisError(rest);
    case ":":
      return Number(rest);
    case "$":
      return rest === "-1" ? null : await reader.text(Number(rest));
    case "*":
      return rest === "-1" ? null : await readItems(reader, Number(rest));
    default:
      throw new Error(`Redis answered in another protocol: ${line}`);
  }
}

async function readItems(reader: Reader, count: number): Promise<Reply> {
  const items: Reply[] = [];
  for (let i = 0; i < count; i++) {
    const item = await readReply(reader);
    items.push(item instanceof RedisError ? new Status(item.message) : item);
  }
  return items;
}

/** Bytes with a place that reading has come to. */
class Reader {
  readonly #stream: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#stream = stream.getReader();
  }

  async more(): Promise<boolean> {
    return this.#bytes.length > 0 || await this.#fill();
  }

  async line(): Promise<string> {
    let end = this.#bytes.indexOf(13);
    while (end === -1 || end + 1 >= this.#bytes.length) {
      await this.#need();
      end = this.#bytes.indexOf(13);
    }
    return this.#take(end, 2);
  }

  async text(length: number): Promise<string> {
    while (this.#bytes.length < length + 2) await this.#need();
    return this.#take(length, 2);
  }

  #take(length: number, skip: number): string {
    const text = new TextDecoder().decode(this.#bytes.subarray(0, length));
    this.#bytes = this.#bytes.subarray(length + skip);
    return text;
  }

  async #need(): Promise<void> {
    if (!await this.#fill()) throw new Error("Redis closed the connection");
  }

  async #fill(): Promise<boolean> {
    const { value } = await this.#stream.read();
    if (value !== undefined) this.#bytes = concat([this.#bytes, value]);
    return value !== undefined;
  }
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
