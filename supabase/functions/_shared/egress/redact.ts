/** Bytes of one's own: what every TypeScript calls the array that `slice` makes. */
export type Piece = ReturnType<Uint8Array["slice"]>;

/** Bytes that come piece by piece. */
export type Bytes = AsyncGenerator<Piece, void, void>;

/** What takes secrets out of what a server says. */
export interface Redaction {
  text(text: string): string;
  /** The same bytes without the secrets, also where one lies across two pieces. */
  bytes(source: Bytes): Bytes;
}

/** What stands where a secret was. */
export const MARK = "[secret]";

/** A form of fewer characters would be found where no secret is. */
const SHORTEST_FORM = 6;
const HTML: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const encoder = new TextEncoder();
const mark = encoder.encode(MARK);

/**
 * Finds the secrets as they are, and in JSON, HTML, URLs and forms, in base64 (both alphabets, at
 * any place in a longer value), hex and UTF-16. What a server encrypts, hashes, splits or compresses twice
 * is not found.
 */
export function createRedaction(secrets: readonly string[]): Redaction {
  const needles = [
    ...[...new Set(secrets.flatMap(formsOf))].map((form) => encoder.encode(form)),
    ...secrets.filter((secret) => secret !== "").flatMap(wideFormsOf),
  ];
  const longest = Math.max(0, ...needles.map(({ length }) => length));
  return {
    text: (text) => {
      if (longest === 0) return text;
      const blotter = createBlotter(needles, longest);
      const parts = [blotter(encoder.encode(text), false), blotter(new Uint8Array(), true)];
      return parts.map((part) => new TextDecoder().decode(part)).join("");
    },
    bytes: (source) => longest === 0 ? source : blot(source, createBlotter(needles, longest)),
  };
}

type Blotter = (chunk: Uint8Array, last: boolean) => Piece;

async function* blot(source: Bytes, blotter: Blotter): Bytes {
  for await (const chunk of source) {
    const clean = blotter(chunk, false);
    if (clean.length > 0) yield clean;
  }
  const rest = blotter(new Uint8Array(), true);
  if (rest.length > 0) yield rest;
}

/**
 * Keeps back what may be a secret's beginning, and, before it, what was given out already and may
 * be the beginning of one that overlaps.
 */
function createBlotter(needles: readonly Uint8Array[], longest: number): Blotter {
  let kept: Uint8Array = new Uint8Array();
  let done = 0;
  return (chunk, last) => {
    const all = join([kept, chunk]);
    const limit = last ? all.length : Math.max(done, all.length - openEnd(all, needles));
    const parts: Uint8Array[] = [];
    let at = done;
    for (const [start, end] of spansOf(all, needles)) {
      if (end <= at || start >= limit) continue;
      if (start >= at) parts.push(all.subarray(at, start), mark);
      at = Math.min(end, limit);
    }
    parts.push(all.subarray(at, limit));
    const from = Math.max(0, limit - longest);
    kept = all.slice(from);
    done = limit - from;
    return join(parts);
  };
}

/** How many bytes at the end may be the beginning of a needle. */
function openEnd(bytes: Uint8Array, needles: readonly Uint8Array[]): number {
  let open = 0;
  for (const needle of needles) {
    for (let length = Math.min(needle.length - 1, bytes.length); length > open; length--) {
      const from = bytes.length - length;
      if (needle.subarray(0, length).every((byte, at) => bytes[from + at] === byte)) open = length;
    }
  }
  return open;
}

/** Where the needles lie, in order; those that touch or overlap as one. */
function spansOf(
  bytes: Uint8Array,
  needles: readonly Uint8Array[],
): [start: number, end: number][] {
  const found = needles.flatMap((needle) => find(bytes, needle));
  found.sort(([a], [b]) => a - b);
  const spans: [number, number][] = [];
  for (const [start, end] of found) {
    const previous = spans.at(-1);
    if (previous === undefined || start > previous[1]) spans.push([start, end]);
    else previous[1] = Math.max(previous[1], end);
  }
  return spans;
}

function find(bytes: Uint8Array, needle: Uint8Array): [start: number, end: number][] {
  const found: [number, number][] = [];
  const [first = 0] = needle;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + needle.length > bytes.length) break;
    if (needle.every((byte, index) => bytes[at + index] === byte)) {
      found.push([at, at + needle.length]);
    }
  }
  return found;
}

function formsOf(secret: string): string[] {
  if (secret === "") return [];
  const escaped = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = Array.from(encoder.encode(secret), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const forms = [
    escaped,
    escaped.replace(/%../g, (escape) => escape.toLowerCase()),
    new URLSearchParams({ "": secret }).toString().slice(1),
    json,
    json.replaceAll("/", "\\/"),
    secret.replace(/[&<>"']/g, (char) => HTML[char] ?? char),
    hex,
    hex.toUpperCase(),
    ...base64FormsOf(secret),
  ];
  return [secret, ...forms.filter(({ length }) => length >= SHORTEST_FORM)];
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
function base64FormsOf(secret: string): string[] {
  const bytes = encoder.encode(secret);
  return [0, 1, 2].flatMap((before) => {
    const padded = join([new Uint8Array(before), bytes]);
    const text = btoa(Array.from(padded, (byte: number) => String.fromCharCode(byte)).join(""));
    const from = Math.ceil(before * 8 / 6);
    const inner = text.slice(from, Math.floor(padded.length * 8 / 6));
    const forms = [inner, text.slice(from), text.slice(from).replace(/=+$/, "")];
    return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
  });
}

function join(parts: readonly Uint8Array[]): Piece {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
