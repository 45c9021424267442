import type { Bytes } from "./writer.ts";

/** The one binary whose SHA-256, in hexadecimal, is that of the build we reviewed; else it throws. */
export async function pickReviewed(binaries: readonly Bytes[], sha256: string): Promise<Bytes> {
  for (const binary of binaries) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", binary));
    const text = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (text === sha256) return binary;
  }
  throw new Error("the WebAssembly build is not the one that was reviewed");
}
