import type { Pointer, QuickJs } from "./exports.ts";
import { GuestBroken } from "./world.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a text into the guest's memory, ended by a zero. Whoever asked frees the block. */
export function writeText(
  js: QuickJs,
  memory: WebAssembly.Memory,
  text: string,
): { at: Pointer; bytes: number } {
  const encoded = encoder.encode(text);
  const at = js.malloc(encoded.length + 1);
  if (at === 0) throw new OutOfMemory("no room for a text");
  const target = new Uint8Array(memory.buffer, at, encoded.length + 1);
  target.set(encoded);
  target[encoded.length] = 0;
  return { at, bytes: encoded.length };
}

/**
 * Reads a text that ends with a zero, or undefined when it is longer than `most` bytes: then
 * nothing of it was copied.
 */
export function readText(
  memory: WebAssembly.Memory,
  at: Pointer,
  most: number,
): string | undefined {
  const room = memory.buffer.byteLength - at;
  if (at <= 0 || room <= 0) throw new GuestBroken("a text lies outside of the memory");
  const bytes = new Uint8Array(memory.buffer, at, Math.min(room, most + 1));
  const length = bytes.indexOf(0);
  return length < 0 ? undefined : decoder.decode(bytes.subarray(0, length));
}

/** JSON text with every lone surrogate escaped, so that UTF-8 carries it unchanged. */
export function wellFormed(json: string): string {
  return json.isWellFormed() ? json : json.replace(LONE_SURROGATE, escapeUnit);
}

/** Thrown when the guest's memory has no room left for what the host has to put there. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory";
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16)}`;
}
