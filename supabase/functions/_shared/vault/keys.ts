import * as z from "zod";

/** A key that values are locked by. Its name is kept beside what it locked. */
export interface MasterKey {
  kid: string;
  /** 256 bits. */
  bytes: Uint8Array;
}

/** What the operator chose about secrets. */
export interface VaultSettings {
  /** The first locks, all of them unlock. */
  keys: readonly MasterKey[];
  /** Who locks new values: we, or Supabase Vault in the database. */
  keeper: "cloister" | "vault";
}

/** Stands where a key's name would, for what lies in Supabase Vault. */
export const IN_VAULT = "vault";

/** Names begin with a letter: JSON keeps the order of such keys, and of numbers it does not. */
const KID = /^[a-z][a-z0-9_-]{0,31}$/;
const KEY = /^[A-Za-z0-9+/]{43}=$/;
const SHAPE = 'must be JSON like {"k2": "<32 bytes in base64>", "k1": "…"}, the newest first';

/** `CLOISTER_SECRET_KEYS`, parsed. What is wrong with it is told without any of it. */
export const MasterKeys = z.string().transform((text, ctx) => {
  const keys = Object.entries(parseRecord(text) ?? {});
  const isGood = keys.length > 0 && new Set(keys.map(([, key]) => key)).size === keys.length &&
    keys.every(([kid, key]) => KID.test(kid) && kid !== IN_VAULT && KEY.test(key));
  if (isGood) return keys.map(([kid, key]): MasterKey => ({ kid, bytes: bytesOf(key) }));
  ctx.addIssue(SHAPE);
  return z.NEVER;
});

function parseRecord(text: string): Record<string, string> | undefined {
  try {
    return z.record(z.string(), z.string()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}
