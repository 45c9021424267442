/** Bytes of one's own: what every TypeScript calls the array that `slice` makes. */
export type Piece = ReturnType<Uint8Array["slice"]>;

/** Bytes that come piece by piece. */
export type Bytes = AsyncGenerator<Piece, void, void>;

/** Bytes of a stream, as they are or as somebody reads them, and where each came from. */
export interface Block {
  bytes: Uint8Array;
  /** Of each byte: the offset in the stream at which what stands for it begins. */
  from: Uint32Array;
  /** And where it ends. */
  to: Uint32Array;
  length: number;
}

/** Reads a stream in some way, block by block. */
export interface Reader {
  /** What is certain by now; all that is left with the last block. */
  read(block: Block, last: boolean): Block;
  /** The offset of what is held back; `Infinity` where nothing is. */
  held(): number;
}

/** A stream's own bytes, from an offset on. */
export function blockOf(bytes: Uint8Array, offset: number): Block {
  const { length } = bytes;
  const from = new Uint32Array(length);
  const to = new Uint32Array(length);
  for (let at = 0; at < length; at++) {
    from[at] = offset + at;
    to[at] = offset + at + 1;
  }
  return { bytes, from, to, length };
}

/** A block in the making, of at most so many bytes. */
export class Draft implements Block {
  readonly bytes: Uint8Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  length = 0;

  constructor(most: number) {
    this.bytes = new Uint8Array(most);
    this.from = new Uint32Array(most);
    this.to = new Uint32Array(most);
  }

  push(byte: number, from: number, to: number): void {
    this.bytes[this.length] = byte;
    this.from[this.length] = from;
    this.to[this.length] = to;
    this.length++;
  }
}
