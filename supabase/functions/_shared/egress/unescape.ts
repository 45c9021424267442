import { type Block, Draft, type Reader } from "./block.ts";
import { MORE, NONE, type Syntax } from "./escapes.ts";

const encoder = new TextEncoder();
/** More than any escape has. */
const ROOM = 32;

/** Reads escapes of one kind as what they stand for, and all else as it is. */
export class Unescape implements Reader {
  readonly #syntax: Syntax;
  readonly #lead: number;
  readonly #from = new Uint32Array(ROOM);
  readonly #to = new Uint32Array(ROOM);
  #text = "";

  constructor(syntax: Syntax) {
    this.#syntax = syntax;
    this.#lead = syntax.lead.charCodeAt(0);
  }

  read(block: Block, last: boolean): Block {
    const { bytes, from, to, length } = block;
    if (this.#text === "" && !bytes.subarray(0, length).includes(this.#lead)) return block;
    const draft = new Draft(length + ROOM);
    for (let at = 0; at < length; at++) {
      this.#take(draft, bytes[at] ?? 0, from[at] ?? 0, to[at] ?? 0);
    }
    if (last) this.#release(draft);
    return draft;
  }

  held(): number {
    return this.#text === "" ? Infinity : this.#from[0] ?? 0;
  }

  #take(draft: Draft, byte: number, from: number, to: number): void {
    if (this.#text === "") {
      if (byte === this.#lead) this.#hold(byte, from, to);
      else draft.push(byte, from, to);
      return;
    }
    const read = this.#read(byte);
    if (read === MORE) return this.#hold(byte, from, to);
    if (read === NONE) {
      this.#release(draft);
      return this.#take(draft, byte, from, to);
    }
    const begun = this.#from[0] ?? from;
    if (this.#syntax.ofBytes || read < 0x80) draft.push(read, begun, to);
    else for (const one of encoder.encode(String.fromCodePoint(read))) draft.push(one, begun, to);
    this.#text = "";
  }

  #read(byte: number): number {
    if (this.#text.length === 1 && !this.#syntax.goesOn(byte)) return NONE;
    return this.#syntax.read(this.#text + String.fromCharCode(byte));
  }

  #hold(byte: number, from: number, to: number): void {
    this.#from[this.#text.length] = from;
    this.#to[this.#text.length] = to;
    this.#text += String.fromCharCode(byte);
  }

  #release(draft: Draft): void {
    for (let at = 0; at < this.#text.length; at++) {
      draft.push(this.#text.charCodeAt(at), this.#from[at] ?? 0, this.#to[at] ?? 0);
    }
    this.#text = "";
  }
}

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** Reads what was broken into lines, indented or not, as one line; an empty line ends it. */
export class Unfold implements Reader {
  #broken = false;

  read(block: Block): Block {
    const { bytes, from, to, length } = block;
    const given = bytes.subarray(0, length);
    if (!this.#broken && !given.includes(LINE_FEED) && !given.includes(RETURN)) return block;
    const draft = new Draft(length);
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#keeps(byte)) draft.push(byte, from[at] ?? 0, to[at] ?? 0);
    }
    return draft;
  }

  held(): number {
    return Infinity;
  }

  #keeps(byte: number): boolean {
    const again = this.#broken;
    if (byte === LINE_FEED) {
      this.#broken = true;
      return again;
    }
    if (byte === RETURN || (again && (byte === 0x20 || byte === 0x09))) return false;
    this.#broken = false;
    return true;
  }
}

const PLUS = 0x2b;

/** Reads `+` as the blank that it is in a form. */
export class Unplus implements Reader {
  read({ bytes, from, to, length }: Block): Block {
    const read = bytes.slice(0, length);
    for (let at = read.indexOf(PLUS); at !== -1; at = read.indexOf(PLUS, at + 1)) read[at] = 0x20;
    return { bytes: read, from, to, length };
  }

  held(): number {
    return Infinity;
  }
}
