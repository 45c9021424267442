/** Thrown when a WebAssembly binary holds anything that the meter does not understand. */
export class UnknownBinary extends Error {
  override readonly name = "UnknownBinary";
}

/** Reads the primitive values of the WebAssembly binary format; never past the end. */
export class Reader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new UnknownBinary("the binary ends too early");
    return value;
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new UnknownBinary("an integer is too long");
  }

  /** Passes over a LEB128 of either sign and at most 64 bits. */
  skipLeb(): void {
    for (let length = 0; length < 10; length++) if (this.byte() < 0x80) return;
    throw new UnknownBinary("an integer is too long");
  }

  skip(length: number): void {
    this.take(length);
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new UnknownBinary("the binary ends too early");
    return this.bytes.subarray(this.at, this.at += length);
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }

  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }
}
