/** What a text of strangers was freed of, and what about it looks like an attack. */
export interface Cleaned {
  text: string;
  /** Whether there were characters that no reader sees, and that a language model does. */
  hidden: boolean;
}

/**
 * Characters that show nothing and can carry anything: controls but tab and line feed, soft hyphens
 * and fillers, marks of direction, zero widths, interlinear marks, tags and unassigned specials.
 */
const HIDDEN =
  // deno-lint-ignore no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

/** What joiners are for: emoji, and scripts that are written with them. */
const JOINED = ["Arabic", "Syriac", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya"]
  .concat("Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Khmer", "Mongolian")
  .map((script) => `\\p{Script=${script}}`).join("") +
  "\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f";
/** Joiners that do not stand between two of these. */
const JOINERS = new RegExp(
  `(?<![${JOINED}])[\\u200c\\u200d]|[\\u200c\\u200d](?![${JOINED}])`,
  "gu",
);

/** Variation selectors in a row: one chooses a shape, many spell a message. */
const SELECTORS = /(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]+/gu;

/** Frees a text of what cannot be seen. Line ends become line feeds, halves of pairs U+FFFD. */
export function clean(text: string): Cleaned {
  const plain = text.replace(/\r\n?|[\u2028\u2029]/g, "\n").toWellFormed();
  const cleaned = plain.replace(HIDDEN, "").replace(JOINERS, "").replace(SELECTORS, "");
  return { text: cleaned, hidden: cleaned !== plain };
}

/** A text on one line of at most so many characters. */
export function cleanLine(text: string, max: number): Cleaned {
  const { text: cleaned, hidden } = clean(text);
  return { text: cleaned.replace(/\s+/g, " ").trim().slice(0, max).toWellFormed(), hidden };
}

/** Cleans a text that comes in pieces, as {@link clean} would the whole. */
export interface Cleaner {
  /** What of the text so far is sure. */
  push(piece: string): string;
  /** The rest. */
  end(): string;
  /** Whether anything was taken out. */
  readonly hidden: boolean;
}

/** The end of a text of which what follows decides: characters that hang together, or may. */
const UNSURE =
  /(?:.[\r\u200c\u200d\ufe00-\ufe0f]+)*.[\r\u200c\u200d\ufe00-\ufe0f]*[\ud800-\udbff]?$/su;
const MAX_UNSURE = 64;

/** Where the sure part of a text ends: never within a pair. */
function sureUntil(text: string): number {
  const start = Math.max(0, text.length - MAX_UNSURE);
  const at = start + (UNSURE.exec(text.slice(start))?.index ?? 0);
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? Math.max(0, at - 1) : at;
}

/** A cleaner for one text. */
export function createCleaner(): Cleaner {
  let held = "";
  let hidden = false;
  const sure = (text: string) => {
    const cleaned = clean(text);
    hidden ||= cleaned.hidden;
    return cleaned.text;
  };
  return {
    push(piece) {
      const text = held + piece;
      const cut = sureUntil(text);
      held = text.slice(cut);
      return sure(text.slice(0, cut));
    },
    end() {
      const rest = sure(held);
      held = "";
      return rest;
    },
    get hidden() {
      return hidden;
    },
  };
}
