/** Which kind of deployment a key is for: a key of one is none in the other. */
export type KeyEnv = "live" | "test";

/** What a key begins with: `ck` speaks for a user, `cr` for a runner. Neither is ever the other. */
export type KeyKind = "ck" | "cr";

/** A key: what is told of it once, and what is kept. */
export interface NewKey {
  /** The key itself, to be shown once and stored nowhere. */
  key: string;
  publicId: string;
  /** SHA-256 of the secret, in hex. The secret has 256 bits: nothing slower is needed. */
  secretHash: string;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_CHARS = 16;
/** 43 × log2(62) = 256.03 bits. */
const SECRET_CHARS = 43;
const CHECKSUM_CHARS = 6;
const KEY = /^(c[kr])_(live|test)_([0-9A-Za-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** A new key: `<kind>_<env>_<id>_<secret><checksum>`. */
export async function generateKey(env: KeyEnv, kind: KeyKind = "ck"): Promise<NewKey> {
  const publicId = randomText(ID_CHARS);
  const secret = randomText(SECRET_CHARS);
  const unchecked = `${kind}_${env}_${publicId}_${secret}`;
  return {
    key: unchecked + checksum(unchecked),
    publicId,
    secretHash: await sha256Hex(secret),
  };
}

/** The parts of a key of this kind and deployment; undefined for anything else, mistyped keys too. */
export function parseKey(
  text: string,
  env: KeyEnv,
  kind: KeyKind = "ck",
): { publicId: string; secret: string } | undefined {
  const [, what, of, publicId, secret, check] = KEY.exec(text) ?? [];
  if (what !== kind || of !== env || publicId === undefined || secret === undefined) {
    return undefined;
  }
  return checksum(text.slice(0, -CHECKSUM_CHARS)) === check ? { publicId, secret } : undefined;
}

/** SHA-256 of a text, in hex. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Characters of base62, each as likely as any other. */
function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      // 248 is the largest multiple of 62 that a byte holds: what is above would favour some.
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}

/** CRC-32 (ISO 3309) as six characters of base62: it finds mistyped keys, and proves nothing. */
function checksum(text: string): string {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let digits = "";
  for (let i = 0; i < CHECKSUM_CHARS; i++) {
    digits = ALPHABET.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
