import { Fault } from "./fault.ts";
import { isShallow, MAX_JSON_DEPTH } from "./sandbox/depth.ts";

/** The JSON text of a value that a caller sent, or `invalid_request` if it nests too deeply. */
export function jsonText(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? "null";
    if (isShallow(text)) return text;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new Fault("invalid_request", `A value may nest ${MAX_JSON_DEPTH} levels.`);
}

/** The size of a text in UTF-8, in bytes. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
