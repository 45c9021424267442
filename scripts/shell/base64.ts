import type { Bytes } from "./bytes.ts";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 of a text of bytes; throws for a unit that is none. */
export function btoa(bytes: Bytes): string {
  if (/[\u0100-\uffff]/.test(bytes)) throw new TypeError("a unit is no byte");
  let digits = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((next) => bytes.charCodeAt(at + next) || 0);
    const word = (a << 16) | (b << 8) | c;
    digits += [18, 12, 6, 0].map((shift) => DIGITS[(word >> shift) & 63]).join("");
  }
  const missing = (3 - bytes.length % 3) % 3;
  return digits.slice(0, digits.length - missing) + "=".repeat(missing);
}

/** The bytes that base64 stands for, white space left out; throws for what is none. */
export function atob(text: string): Bytes {
  const digits = text.replace(/[ \t\n\f\r]/g, "").replace(/={1,2}$/, "");
  if (/[^A-Za-z0-9+/]/.test(digits) || digits.length % 4 === 1) throw new TypeError("no base64");
  let bytes = "";
  for (let at = 0, word = 0; at < digits.length; at++) {
    word = (word << 6) | DIGITS.indexOf(digits.charAt(at));
    const bits = (at % 4) * 6 + 6;
    if (bits > 6) bytes += String.fromCharCode((word >> (bits % 8)) & 0xff);
    if (at % 4 === 3) word = 0;
  }
  return bytes;
}
