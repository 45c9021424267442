import { base64url } from "jose";

/** Marks texts as our own, and recognises them when they come back from elsewhere. */
export interface Mac {
  /** 43 characters of base64url. */
  sign(text: string): Promise<string>;
  verify(text: string, mark: string): Promise<boolean>;
}

/**
 * HMAC-SHA256 under a key derived (HKDF) from a server-side secret for one purpose, so that a mark
 * made for one thing never counts for another. Marks die with the secret.
 */
export function createMac(secret: string, purpose: string): Mac {
  const encoder = new TextEncoder();
  const key = deriveKey(secret, purpose);
  return {
    async sign(text) {
      const mark = await crypto.subtle.sign("HMAC", await key, encoder.encode(text));
      return base64url.encode(new Uint8Array(mark));
    },
    async verify(text, mark) {
      if (!/^[\w-]{43}$/.test(mark)) return false;
      const bytes = new Uint8Array(base64url.decode(mark));
      return await crypto.subtle.verify("HMAC", await key, bytes, encoder.encode(text));
    },
  };
}

async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const base = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  const info = encoder.encode(`cloister/${purpose}/v1`);
  return await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info },
    base,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign", "verify"],
  );
}
