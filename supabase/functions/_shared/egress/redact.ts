import { blockOf, type Bytes, type Piece } from "./block.ts";
import { formsOf, join } from "./forms.ts";
import { Needles } from "./needles.ts";
import { View, type Way, waysFor } from "./view.ts";

/** What takes secrets out of what a server says. */
export interface Redaction {
  text(text: string): string;
  /** The same bytes without the secrets, also where one lies across two pieces. */
  bytes(source: Bytes): Bytes;
}

/** What stands where a secret was. */
export const MARK = "[secret]";

const encoder = new TextEncoder();
const mark = encoder.encode(MARK);

/**
 * Finds the secrets as they are, in base64 (both alphabets, at any place in a longer value), hex
 * and UTF-16; each of these as it is, or as JSON, URLs, forms and HTML escape it, character by
 * character, or broken into lines. What a server encrypts, hashes, splits or compresses twice is
 * not found. Takes time in proportion to what is searched, whatever the secrets are.
 */
export function createRedaction(secrets: readonly string[]): Redaction {
  const needles = new Needles(secrets.flatMap(formsOf));
  if (needles.longest === 0) return { text: (text) => text, bytes: (source) => source };
  const ways = waysFor(secrets);
  return {
    text: (text) => {
      const bytes = encoder.encode(text);
      const blotter = new Blotter(needles, ways, bytes.length);
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(blotter.take(bytes, true));
    },
    bytes: (source) => blot(source, new Blotter(needles, ways, Infinity)),
  };
}

async function* blot(source: Bytes, blotter: Blotter): Bytes {
  for await (const chunk of source) {
    const clean = blotter.take(chunk, false);
    if (clean.length > 0) yield clean;
  }
  const rest = blotter.take(new Uint8Array(), true);
  if (rest.length > 0) yield rest;
}

/** Keeps back what may be a secret's beginning, and nothing else. */
class Blotter {
  readonly #view: View;
  readonly #kept = new Kept();
  /** Whether the last byte that was given out lay in a secret. */
  #within = false;

  constructor(needles: Needles, ways: readonly Way[], most: number) {
    this.#view = new View(needles, most, ways);
  }

  take(chunk: Uint8Array, last: boolean): Piece {
    const kept = this.#kept;
    kept.add(chunk);
    const block = blockOf(chunk, kept.end - chunk.length);
    this.#view.read(block, last, (from, to) => kept.mark(from, to));
    return this.#clean(...kept.takeUntil(last ? kept.end : Math.min(kept.end, this.#view.open())));
  }

  /** Secrets that touch or overlap are one. */
  #clean(bytes: Uint8Array, secret: Uint8Array): Piece {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const within = secret[at] === 1;
      const found = secret.indexOf(within ? 0 : 1, at);
      const next = found === -1 ? bytes.length : found;
      if (!within) parts.push(bytes.subarray(at, next));
      else if (!this.#within) parts.push(mark);
      this.#within = within;
      at = next;
    }
    return join(parts);
  }
}

/** Bytes that wait, and which of them lie in a secret, by their offsets in the stream. */
class Kept {
  /** Offset of the byte after the last one. */
  end = 0;
  #bytes = new Uint8Array(1024);
  #secret = new Uint8Array(1024);
  #offset = 0;
  #first = 0;

  add(chunk: Uint8Array): void {
    const at = this.end - this.#offset;
    if (at + chunk.length > this.#bytes.length) this.#move(chunk.length);
    this.#bytes.set(chunk, this.end - this.#offset);
    this.end += chunk.length;
  }

  mark(from: number, to: number): void {
    this.#secret.fill(1, from - this.#offset, to - this.#offset);
  }

  takeUntil(offset: number): [bytes: Uint8Array, secret: Uint8Array] {
    const from = this.#first - this.#offset;
    const to = offset - this.#offset;
    this.#first = offset;
    return [this.#bytes.subarray(from, to), this.#secret.subarray(from, to)];
  }

  /** To arrays that have room for twice what there will be, so that it is seldom done. */
  #move(more: number): void {
    const from = this.#first - this.#offset;
    const left = this.end - this.#first;
    const room = 2 * (left + more);
    const bytes = new Uint8Array(room);
    const secret = new Uint8Array(room);
    bytes.set(this.#bytes.subarray(from, from + left));
    secret.set(this.#secret.subarray(from, from + left));
    this.#bytes = bytes;
    this.#secret = secret;
    this.#offset = this.#first;
  }
}
