import { base64url, errors, flattenedDecrypt, FlattenedEncrypt } from "jose";
import { Fault } from "../fault.ts";
import { IN_VAULT, type MasterKey, type VaultSettings } from "./keys.ts";
import { SecretValue } from "./schema.ts";
import type { Binding, Sealed, StoredSecret } from "./stored.ts";

/** Locks values and opens them. */
export interface Vault {
  /** What values are locked by from now on: a key's name, or Supabase Vault. Undefined for neither. */
  readonly kid: string | undefined;
  /** Locks a value for one place. Throws `secrets_unavailable` where there is no key. */
  seal(binding: Binding, value: string): Promise<Sealed>;
  /**
   * The value, if it was locked for the very place where it was found, and is one that may be kept.
   * Throws `internal` if it is not, `secrets_unavailable` where its key is not here; neither says
   * anything of the value.
   */
  open(stored: StoredSecret): Promise<string>;
}

/**
 * Envelope encryption: each value is locked by a key of its own (A256GCM), which is locked by a
 * master key (A256GCMKW): a JWE (RFC 7516), whose additional data is the binding. It is not stored
 * with the JWE: it is made anew from the row in which the JWE was found.
 */
export function createVault({ keys, keeper }: VaultSettings): Vault {
  const imported = new Map<string, Promise<CryptoKey>>();
  const keyOf = ({ kid, bytes }: MasterKey): Promise<CryptoKey> => {
    const key = imported.get(kid) ?? importKey(bytes);
    imported.set(kid, key);
    return key;
  };
  const [current] = keys;
  return {
    kid: keeper === "vault" ? IN_VAULT : current?.kid,
    async seal(binding, value) {
      if (keeper === "vault") return { kid: IN_VAULT, sealed: writeDocument(binding, value) };
      if (current === undefined) throw new Fault("secrets_unavailable");
      const { kid } = current;
      return { kid, sealed: await lock(await keyOf(current), { kid, binding, value }) };
    },
    async open({ kid, sealed, binding }) {
      if (kid === IN_VAULT) return readDocument(binding, sealed);
      const key = keys.find((known) => known.kid === kid);
      if (key === undefined) {
        const cause = new Error(`secret ${binding.id} is locked by a key that is not here: ${kid}`);
        throw new Fault("secrets_unavailable", undefined, { cause });
      }
      return await unlock(await keyOf(key), binding, sealed);
    },
  };
}

async function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  return await crypto.subtle.importKey("raw", new Uint8Array(bytes), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
}

async function lock(
  key: CryptoKey,
  { kid, binding, value }: { kid: string; binding: Binding; value: string },
): Promise<string> {
  const jwe = await new FlattenedEncrypt(new TextEncoder().encode(pad(JSON.stringify(value))))
    .setProtectedHeader({ alg: "A256GCMKW", enc: "A256GCM", kid })
    .setAdditionalAuthenticatedData(new TextEncoder().encode(spell(binding)))
    .encrypt(key);
  return [jwe.protected, jwe.encrypted_key, jwe.iv, jwe.ciphertext, jwe.tag].join(".");
}

async function unlock(key: CryptoKey, binding: Binding, sealed: string): Promise<string> {
  const [head = "", encrypted_key = "", iv = "", ciphertext = "", tag = ""] = sealed.split(".");
  const aad = base64url.encode(spell(binding));
  const jwe = { protected: head, encrypted_key, iv, ciphertext, tag, aad };
  const { plaintext } = await flattenedDecrypt(jwe, key, {
    keyManagementAlgorithms: ["A256GCMKW"],
    contentEncryptionAlgorithms: ["A256GCM"],
  }).catch((err) => {
    throw unopened(binding, err instanceof errors.JOSEError ? err.code : "unreadable");
  });
  return readText(binding, new TextDecoder().decode(plaintext), (said) => said);
}

/** What Vault is given: it binds a value to its own row, and this to ours. */
function writeDocument(binding: Binding, value: string): string {
  return JSON.stringify({ binding: spell(binding), value });
}

function readDocument(binding: Binding, text: string): string {
  return readText(binding, text, (said) => {
    const isOurs = typeof said === "object" && said !== null && "binding" in said &&
      "value" in said && said.binding === spell(binding);
    return isOurs ? said.value : undefined;
  });
}

/** What JSON.parse throws quotes what it read: it goes nowhere. */
function readText(binding: Binding, text: string, pick: (said: unknown) => unknown): string {
  let value: unknown;
  try {
    value = pick(JSON.parse(text));
  } catch {
    value = undefined;
  }
  if (typeof value !== "string") throw unopened(binding, "bound to another place");
  if (!SecretValue.safeParse(value).success) throw unopened(binding, "no value of a secret");
  return value;
}

function unopened({ id }: Binding, why: string): Fault {
  const cause = new Error(`secret ${id} does not open: ${why}`);
  return new Fault("internal", undefined, { cause });
}

/** The binding as bytes to authenticate: every part, in one order, none able to stand for another. */
function spell({ id, ownerId, agentId, name, version, hosts, expiresAt }: Binding): string {
  return JSON.stringify([
    "cloister/secret/v1",
    ...[id, ownerId, agentId, name, version, hosts, expiresAt],
  ]);
}

/** So that the length of what is locked says little of the value's. JSON ignores the spaces. */
function pad(text: string): string {
  return text.padEnd(Math.ceil(text.length / 256) * 256);
}
