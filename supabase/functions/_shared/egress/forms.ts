import type { Piece } from "./block.ts";

/** A form of fewer characters would be found where no secret is. */
const SHORTEST_FORM = 6;
const encoder = new TextEncoder();

/**
 * What is looked for of a secret, once escapes are read: its own bytes, and those in hex, in base64
 * and in UTF-16.
 */
export function formsOf(secret: string): Uint8Array[] {
  if (secret === "") return [];
  const bytes = encoder.encode(secret);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = [hex, hex.toUpperCase(), ...base64FormsOf(bytes)]
    .filter(({ length }) => length >= SHORTEST_FORM);
  return [
    bytes,
    ...[...new Set(forms)].map((form) => encoder.encode(form)),
    ...wideFormsOf(secret),
  ];
}

/** In UTF-16, either way round. */
function wideFormsOf(secret: string): Uint8Array[] {
  const units = Array.from({ length: secret.length }, (_, at) => secret.charCodeAt(at));
  return [
    Uint8Array.from(units.flatMap((unit) => [unit & 0xff, unit >> 8])),
    Uint8Array.from(units.flatMap((unit) => [unit >> 8, unit & 0xff])),
  ];
}

/**
 * What base64 texts hold that have the secret's bytes in them, at each of three places, with more
 * after them or not. Of a secret's first and last byte up to four bits may stay.
 */
function base64FormsOf(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = join([new Uint8Array(before), bytes]);
    const text = btoa(Array.from(padded, (byte: number) => String.fromCharCode(byte)).join(""));
    const from = Math.ceil(before * 8 / 6);
    const inner = text.slice(from, Math.floor(padded.length * 8 / 6));
    const forms = [inner, text.slice(from), text.slice(from).replace(/=+$/, "")];
    return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
  });
}

/** One array of many. */
export function join(parts: readonly Uint8Array[]): Piece {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
