import { base64url } from "jose";
import { Sections } from "./schema.ts";

/**
 * Sections as they are kept: JSON, gzip, base64url. Text in JSON in JSON would be many times its
 * size, and what is kept compresses well.
 */
export async function pack(sections: Sections): Promise<string> {
  const stream = new Blob([JSON.stringify(sections)]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return base64url.encode(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** The sections that were packed, to the byte. */
export async function unpack(packed: string): Promise<Sections> {
  const stream = new Blob([new Uint8Array(base64url.decode(packed))]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return Sections.parse(await new Response(stream).json());
}
