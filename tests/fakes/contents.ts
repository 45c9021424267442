/** The EICAR test file, put together here so that no scanner takes this file for it. */
export const EICAR = new TextEncoder().encode(
  ["X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-ANTIVIRUS", "-TEST-FILE!$H+H*"].join(""),
);

/** The least that each kind of file begins with. */
export const SAMPLES = {
  png: bytes("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489", 80),
  jpg: bytes("ffd8ffe000104a46494600010100000100010000ffdb", 80),
  zip: bytes("504b03040a0000000000000000000000000000000000000000000100000061", 80),
  exe: bytes("4d5a90000300000004000000ffff0000b8000000", 80),
  elf: bytes("7f454c460201010000000000000000000300", 80),
  wasm: bytes("0061736d01000000", 80),
  pdf: new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
} as const satisfies Record<string, Uint8Array>;

function bytes(hex: string, length: number): Uint8Array {
  const all = new Uint8Array(length);
  for (let at = 0; at < hex.length; at += 2) all[at / 2] = parseInt(hex.slice(at, at + 2), 16);
  return all;
}
