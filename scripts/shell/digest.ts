import { ROOT } from "../graph.ts";

/** What the shell's guest is bundled from. */
const SOURCES = [
  "scripts/shell/base64.ts",
  "scripts/shell/bundle.ts",
  "scripts/shell/bytes.ts",
  "scripts/shell/encoding.ts",
  "scripts/shell/files.ts",
  "scripts/shell/globals.ts",
  "scripts/shell/lock.ts",
  "scripts/shell/main.ts",
  "scripts/shell/sha256.ts",
  "supabase/functions/tools/shell/flags.ts",
];

/** SHA-256 of the sources of the shell's guest, in hex. */
export async function guestDigest(): Promise<string> {
  const texts = await Promise.all(SOURCES.map((file) => Deno.readTextFile(`${ROOT}/${file}`)));
  const bytes = new TextEncoder().encode(texts.join("\n"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
