/**
 * How an escape is written: what it begins with, and what a text stands for that begins so: a
 * character's number, `MORE` where the escape goes on, `NONE` where it is no escape. What it begins
 * with does not occur in it again, but where the escape ends with it.
 */
export interface Syntax {
  lead: string;
  /** What may follow that, by its code: most are none, which is to be known fast. */
  goesOn(code: number): boolean;
  /** Whether the number is a byte's, and not a character's. */
  ofBytes?: true;
  read(text: string): number;
}

export const MORE = -1;
export const NONE = -2;

/** `%2B`, as URLs and forms have it. */
export const PERCENT: Syntax = {
  lead: "%",
  goesOn: isHex,
  ofBytes: true,
  read: (text) => hexUntil(text, 1, 3),
};

const AFTER_BACKSLASH: Record<string, string> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  "/": "/",
  "\\": "\\",
  '"': '"',
  "'": "'",
};
const HIGH = /^\\ud[89ab]..(?:\\?$|\\u$|\\ud$|\\ud[c-f]$|\\ud[c-f][0-9a-f]{1,2}$)/i;

/** `\u002b`, `\/`, `\n`: JSON, and what else writes strings as JavaScript does. */
export const BACKSLASH: Syntax = {
  lead: "\\",
  goesOn: () => true,
  read(text) {
    const kind = text[1] ?? "";
    if (kind === "x") return text.length === 2 ? MORE : hexUntil(text, 2, 4);
    if (kind !== "u") return AFTER_BACKSLASH[kind]?.codePointAt(0) ?? NONE;
    if (text.length === 2) return MORE;
    if (text[2] === "{") return braced(text);
    const unit = hexUntil(text.slice(0, 6), 2, 6);
    if (text.length <= 6) return unit >= 0xd800 && unit <= 0xdbff ? MORE : unit;
    if (text.length < 12) return HIGH.test(text) ? MORE : NONE;
    const low = hexUntil(text, 8, 12);
    if (low < 0xdc00 || low > 0xdfff) return NONE;
    return String.fromCharCode(Number.parseInt(text.slice(2, 6), 16), low).codePointAt(0) ?? NONE;
  },
};

/** As HTML names what a keyboard has. */
const NAMED: Record<string, string> = {
  amp: "&",
  AMP: "&",
  apos: "'",
  ast: "*",
  bsol: "\\",
  colon: ":",
  comma: ",",
  commat: "@",
  dollar: "$",
  equals: "=",
  excl: "!",
  grave: "`",
  gt: ">",
  GT: ">",
  Hat: "^",
  lbrace: "{",
  lbrack: "[",
  lcub: "{",
  lowbar: "_",
  lpar: "(",
  lsqb: "[",
  lt: "<",
  LT: "<",
  NewLine: "\n",
  num: "#",
  percnt: "%",
  period: ".",
  plus: "+",
  quest: "?",
  quot: '"',
  QUOT: '"',
  rbrace: "}",
  rbrack: "]",
  rcub: "}",
  rpar: ")",
  rsqb: "]",
  semi: ";",
  sol: "/",
  Tab: "\t",
  verbar: "|",
  vert: "|",
};
const LONGEST_ENTITY = 14;

/** `&#43;`, `&#x2b;`, `&plus;`. */
export const ENTITY: Syntax = {
  lead: "&",
  goesOn: (code) => code === 0x23 || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a),
  read(text) {
    if (!text.endsWith(";")) {
      return text.length < LONGEST_ENTITY && /[#\da-z]$/i.test(text) ? MORE : NONE;
    }
    const [, hex, decimal] = /^&#(?:x([\da-f]+)|(\d+));$/i.exec(text) ?? [];
    if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
    if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
    const name = text.slice(1, -1);
    return Object.hasOwn(NAMED, name) ? NAMED[name]?.codePointAt(0) ?? NONE : NONE;
  },
};

/** `\u{2b}`, as languages write it that are not JSON. */
function braced(text: string): number {
  if (text.length === 3) return MORE;
  if (!text.endsWith("}")) return text.length < 10 ? digit(text) : NONE;
  return characterOf(Number.parseInt(text.slice(3, -1), 16));
}

/** The number in `text` from one place to another, as soon as it is there. */
function hexUntil(text: string, from: number, to: number): number {
  if (digit(text) === NONE) return NONE;
  return text.length < to ? MORE : Number.parseInt(text.slice(from, to), 16);
}

function digit(text: string): number {
  return isHex(text.charCodeAt(text.length - 1)) ? MORE : NONE;
}

function isHex(code: number): boolean {
  const lower = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

function characterOf(number: number): number {
  return number <= 0x10ffff ? number : NONE;
}
