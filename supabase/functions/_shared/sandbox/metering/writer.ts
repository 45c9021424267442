/** Bytes in a buffer of their own: what TypeScript calls them differs between its versions. */
export type Bytes = ReturnType<typeof allocate>;

function allocate(length: number) {
  return new Uint8Array(length);
}

/** An unsigned LEB128. */
export function u32(value: number): number[] {
  const out: number[] = [];
  for (let rest = value;; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push(rest % 128 + 128);
  }
}

/** A name as the binary format writes it: its length, then its bytes. */
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...u32(bytes.length), ...bytes];
}

/** One array of all the parts. */
export function concat(
  parts: readonly (Uint8Array | readonly number[])[],
): Bytes {
  const out = allocate(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
