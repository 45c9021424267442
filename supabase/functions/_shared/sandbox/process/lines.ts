const NEWLINE = 0x0a;

/** Thrown when more was said than allowed. */
export class TooMuchSaid extends Error {
  override readonly name = "TooMuchSaid";
}

/** Cuts what a process writes into lines. Nothing is decoded before it is known to be in bounds. */
export class Lines {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #parts: Uint8Array[] = [];
  #lineBytes = 0;
  #totalBytes = 0;

  constructor(public maxLineBytes: number, public maxTotalBytes: number) {}

  /** Sets new bounds; what was said so far is forgotten. */
  allow(maxLineBytes: number, maxTotalBytes: number): void {
    [this.maxLineBytes, this.maxTotalBytes, this.#totalBytes] = [maxLineBytes, maxTotalBytes, 0];
  }

  /** The lines that `chunk` completes. Throws when a line or all of them are too long. */
  *push(chunk: Uint8Array): Generator<string, void> {
    this.#totalBytes += chunk.length;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end));
      start = end + 1;
      yield this.#take();
    }
    this.#add(chunk.subarray(start));
  }

  #add(part: Uint8Array): void {
    this.#lineBytes += part.length;
    if (this.#lineBytes > this.maxLineBytes || this.#totalBytes > this.maxTotalBytes) {
      throw new TooMuchSaid("a sandbox process says too much");
    }
    if (part.length > 0) this.#parts.push(part);
  }

  #take(): string {
    const line = new Uint8Array(this.#lineBytes);
    let at = 0;
    for (const part of this.#parts) {
      line.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#lineBytes = 0;
    return this.#decoder.decode(line);
  }
}
