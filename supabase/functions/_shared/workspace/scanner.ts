import { FileRefusal } from "./refusal.ts";

/** Where a `clamd` listens. */
export interface ScannerAddress {
  hostname: string;
  port: number;
}

/** Looks for malware: its name, or undefined where nothing is found. */
export type Scan = (bytes: Uint8Array, signal: AbortSignal) => Promise<string | undefined>;

const CHUNK_BYTES = 64 * 1024;
const TIMEOUT_MS = 30_000;
const MAX_REPLY_BYTES = 4_096;

/**
 * Asks a `clamd` over TCP, in its own protocol (INSTREAM). Throws `scanner_unavailable` where it
 * does not say that a content is clean: what could not be looked at is not kept.
 */
export function createScanner(address: ScannerAddress): Scan {
  return async (bytes, signal) => {
    let reply: string;
    try {
      reply = await ask(address, bytes, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
    } catch (cause) {
      throw new FileRefusal("scanner_unavailable", "The malware scanner cannot be reached.", {
        cause,
      });
    }
    if (reply === "stream: OK") return undefined;
    const found = /^stream: (.+) FOUND$/.exec(reply)?.[1];
    if (found !== undefined) return found;
    const cause = new Error(`clamd answered ${JSON.stringify(reply.slice(0, 200))}`);
    throw new FileRefusal("scanner_unavailable", "The malware scanner gave no answer.", { cause });
  };
}

async function ask(
  address: ScannerAddress,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  using connection = await Deno.connect(address);
  const hangUp = () => connection.close();
  signal.addEventListener("abort", hangUp, { once: true });
  try {
    const [sent, received] = await Promise.allSettled([
      send(connection.writable, bytes),
      receive(connection.readable),
    ]);
    // One that has seen enough answers and hangs up before everything was sent.
    if (received.status === "fulfilled" && received.value !== "") return received.value;
    throw received.status === "rejected" ? received.reason : sent;
  } finally {
    signal.removeEventListener("abort", hangUp);
  }
}

/** The command, then pieces behind their length in four bytes, then a piece of no length. */
async function send(to: WritableStream<Uint8Array>, bytes: Uint8Array): Promise<void> {
  const writer = to.getWriter();
  await writer.write(new TextEncoder().encode("zINSTREAM\0"));
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const piece = bytes.subarray(at, at + CHUNK_BYTES);
    await writer.write(lengthOf(piece.length));
    await writer.write(piece);
  }
  await writer.write(lengthOf(0));
}

function lengthOf(bytes: number): Uint8Array {
  const field = new Uint8Array(4);
  new DataView(field.buffer).setUint32(0, bytes);
  return field;
}

/** One line that ends with a null byte. */
async function receive(from: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of from) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.search(/[\0\n]/);
    if (end !== -1) return text.slice(0, end);
    if (text.length > MAX_REPLY_BYTES) break;
  }
  return text;
}
