import type * as z from "zod";

/** Thrown when the other side of a stream breaks the rules of the wire. Nothing of it is quoted. */
export class Breach extends Error {
  override readonly name: string = "Breach";
}

/** The breach of a line without end. */
export class LineTooLong extends Breach {
  override readonly name = "LineTooLong";
}

const NEWLINE = 0x0a;
const BUFFER_BYTES = 4 * 1024;
/** Brackets, colons and commas of one line; the longest honest line is a job with 256 tools. */
const MAX_MARKS = 1_024;

/** Reads lines of UTF-8 from a stream that may be hostile: it never holds more than it was told. */
export class LineReader {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #ahead: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;

  constructor(source: ReadableStream<Uint8Array>) {
    this.#source = source.getReader();
  }

  /** Whether there is anything to come, before anybody asks; rejects when the stream breaks. */
  async peek(): Promise<boolean> {
    this.#ahead ??= this.#source.read();
    return !(await this.#ahead).done;
  }

  /**
   * The next line, or undefined at the end. Throws {@link Breach} when it is longer than `maxBytes`
   * or is not UTF-8, and whatever the stream itself fails with.
   */
  async next(maxBytes: number): Promise<string | undefined> {
    for (let from = this.#start;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, from);
      if ((at === -1 ? this.#end : at) - this.#start > maxBytes) {
        throw new LineTooLong("a line is too long");
      }
      if (at !== -1) return this.#take(at, at + 1);
      const { done, value } = await (this.#ahead ?? this.#source.read());
      this.#ahead = undefined;
      if (done) return this.#start < this.#end ? this.#take(this.#end, this.#end) : undefined;
      from = this.#append(value);
    }
  }

  /** Stops reading: a read under way ends as if the stream had. */
  async cancel(): Promise<void> {
    await this.#source.cancel().catch(() => {}); // a broken stream is as good as a cancelled one
  }

  #take(end: number, next: number): string {
    const bytes = this.#buffer.subarray(this.#start, end);
    this.#start = next;
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new Breach("a line is not UTF-8");
    }
  }

  /** Adds a chunk behind what is not yet a line; answers where the chunk begins. */
  #append(chunk: Uint8Array): number {
    const rest = this.#end - this.#start;
    const needed = rest + chunk.length;
    const roomy = this.#buffer.length > BUFFER_BYTES && needed <= BUFFER_BYTES;
    if (needed > this.#buffer.length || roomy) {
      const larger = needed > BUFFER_BYTES ? Math.max(needed, 2 * rest) : BUFFER_BYTES;
      const buffer = new Uint8Array(larger);
      buffer.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = buffer;
    } else {
      this.#buffer.copyWithin(0, this.#start, this.#end);
    }
    this.#buffer.set(chunk, rest);
    this.#start = 0;
    this.#end = needed;
    return rest;
  }
}

/** Parses one line; throws {@link Breach} when it is not what the schema says. */
export function parseLine<Schema extends z.ZodType>(schema: Schema, line: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  throw new Breach("a line is none of the wire's");
}

function parseJson(line: string): unknown {
  if (!isPlain(line)) throw new Breach("a line has too much structure");
  try {
    return JSON.parse(line);
  } catch {
    throw new Breach("a line is not JSON");
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MARKS: ReadonlySet<number> = new Set([0x2c, 0x3a, 0x5b, 0x7b]); // , : [ {

/** Millions of empty arrays cost little to send and much to hold: what is inside texts is cheap. */
function isPlain(line: string): boolean {
  let marks = 0;
  for (let at = 0; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    if (unit === QUOTE) at = endOfText(line, at);
    else if (MARKS.has(unit) && ++marks > MAX_MARKS) return false;
  }
  return true;
}

function endOfText(line: string, from: number): number {
  for (let at = from + 1; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit === BACKSLASH) at++;
  }
  return line.length;
}
