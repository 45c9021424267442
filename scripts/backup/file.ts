import { createHash } from "node:crypto";
import { BackupError } from "./format.ts";

/** The SHA-256 of a stream, taken while it goes through. */
export class Fingerprint {
  readonly #hash = createHash("sha256");
  #sha256: string | undefined;

  /** What the stream is piped through, once. */
  through(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream({
      transform: (chunk, controller) => {
        this.#hash.update(chunk);
        controller.enqueue(chunk);
      },
      flush: () => void (this.#sha256 = this.#hash.digest("hex")),
    });
  }

  /** In hex. Throws a {@link BackupError} as long as the stream has not ended. */
  get sha256(): string {
    if (this.#sha256 !== undefined) return this.#sha256;
    throw new BackupError("The backup was not read to its end.");
  }
}

/**
 * Writes a stream into a new file, under another name until it is whole: what was broken off is no
 * file at all. What it writes is locked already.
 */
export async function writeNew(path: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  const draft = `${path}.part`;
  const file = await Deno.open(draft, { write: true, createNew: true, mode: 0o600 })
    .catch((cause) => {
      throw new BackupError(`${draft} cannot be written, or another backup is writing it.`, {
        cause,
      });
    });
  try {
    await stream.pipeTo(file.writable);
    await Deno.link(draft, path).catch((cause) => {
      throw new BackupError(`${path} is there already, and no backup is overwritten.`, { cause });
    });
  } finally {
    await Deno.remove(draft);
  }
}

/** Reads a file from its beginning. */
export async function read(path: string): Promise<ReadableStream<Uint8Array>> {
  const file = await Deno.open(path).catch((cause) => {
    throw new BackupError(`${path} cannot be read.`, { cause });
  });
  return file.readable;
}
