/** What binds a prepared program to the source it was made of. */
export interface Prepared {
  /** SHA-256 of the source's UTF-8, in hex. */
  source_hash: string;
  language: string;
  program: string;
}

/**
 * The text that a seal is made over. The hash comes from the database, which computes it from the
 * source that it keeps: a program under a valid seal is what this server made of that very source.
 */
export function sealText({ source_hash, language, program }: Prepared): string {
  return JSON.stringify([source_hash, language, program]);
}

/** SHA-256 of a text's UTF-8, in hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
