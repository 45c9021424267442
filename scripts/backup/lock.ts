/**
 * The lock around a backup is age (https://age-encryption.org/v1): what `age -d` opens, too. It is
 * made and opened as a stream, 64 KiB at a time, each part sealed and the last one marked.
 */
import { Decrypter, Encrypter } from "age-encryption";
import { BackupError } from "./format.ts";

/** What locks and opens a backup: a passphrase, or a key pair of which only one half is needed. */
export interface Key {
  passphrase?: string;
  /** `age1…`, to lock for whoever has the identity. */
  recipient?: string;
  /** `AGE-SECRET-KEY-1…`, to open. */
  identity?: string;
  /** The scrypt work factor of a passphrase, as a power of two. Default 18, some seconds. */
  workFactor?: number;
}

const SHORTEST = 12;

/** Encrypts a stream. */
export async function lock(
  key: Key,
  plain: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const encrypter = new Encrypter();
  if (key.recipient !== undefined) {
    asKey("recipient", () => encrypter.addRecipient(key.recipient ?? ""));
  } else if (key.passphrase !== undefined) {
    if (key.passphrase.length < SHORTEST) {
      throw new BackupError(`A passphrase has at least ${SHORTEST} characters.`);
    }
    encrypter.setPassphrase(key.passphrase);
    encrypter.setScryptWorkFactor(key.workFactor ?? 18);
  } else throw new BackupError("Locking a backup takes a passphrase or a recipient.");
  return await encrypter.encrypt(plain);
}

/**
 * Decrypts a stream. What was cut off or changed later than in its head is an error of the stream that
 * is answered, after what came before it.
 */
export async function unlock(
  key: Key,
  locked: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const decrypter = new Decrypter();
  if (key.identity !== undefined) {
    asKey("identity", () => decrypter.addIdentity(key.identity ?? ""));
  } else if (key.passphrase !== undefined) decrypter.addPassphrase(key.passphrase);
  else throw new BackupError("Opening a backup takes a passphrase or an identity.");
  const opened = await decrypter.decrypt(locked).catch((cause) => {
    throw new BackupError(reasonOf(cause), { cause });
  });
  return ReadableStream.from(named(opened));
}

/** Says of an error within the stream that it is one of the seal. */
async function* named(opened: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* opened;
  } catch (cause) {
    throw new BackupError("The backup was cut off or changed: its seal is broken.", { cause });
  }
}

/** Until here only the head of the lock was read: what is wrong with the rest shows later. */
function reasonOf(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : "";
  if (/^no identity matched/.test(said)) {
    return "The backup does not open with this key: the passphrase or the identity is another one.";
  }
  return "This is no backup that age has locked, or its head was cut off or changed.";
}

function asKey(what: string, add: () => void): void {
  try {
    add();
  } catch (cause) {
    throw new BackupError(`This is no ${what} of age.`, { cause });
  }
}
