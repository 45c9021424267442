/**
 * Contents are texts of which each unit is a byte: QuickJS handles those natively, and they cross
 * the border as they are.
 */
export type Bytes = string;

const ASCII = /^[^\u0080-\uffff]*$/;
const BEYOND = /[\u0080-\uffff]+/g;
const LONG = 1_024;
const KEPT = 4;

/** The last long texts that were found to be ASCII: the same ones are asked about again and again. */
const found: string[] = [];

/** Whether a text is its own UTF-8. A loop over its units would take QuickJS ten times as long. */
export function isAscii(text: string): boolean {
  if (text.length < LONG) return ASCII.test(text);
  if (found.includes(text)) return true;
  if (!ASCII.test(text)) return false;
  found.unshift(text);
  found.splice(KEPT);
  return true;
}

/** A text in UTF-8; halves of surrogate pairs become U+FFFD. */
export function encodeUtf8(text: string): Bytes {
  if (isAscii(text)) return text;
  return text.toWellFormed().replace(
    BEYOND,
    (part) => encodeURIComponent(part).replace(/%(..)/g, (_, hex: string) => unitOf(hex)),
  );
}

/** The text that UTF-8 stands for. What is not UTF-8 comes back unit by unit, or throws if `fatal`. */
export function decodeUtf8(bytes: Bytes, fatal = false): string {
  if (isAscii(bytes)) return bytes;
  try {
    return decodeURIComponent(bytes.replace(/[%\u0080-\u00ff]/g, escapeUnit));
  } catch (cause) {
    if (fatal) throw new TypeError("the bytes are not UTF-8", { cause });
    return bytes;
  }
}

/** The bytes of an array as a text. */
export function unitsOf(bytes: Uint8Array): Bytes {
  let units = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    units += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return units;
}

function unitOf(hex: string): string {
  return String.fromCharCode(parseInt(hex, 16));
}

function escapeUnit(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
