// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
const SILENT =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/;
const TAGS = /[\u{e0000}-\u{e007f}]/u;
const UNSEEN = new RegExp([CONTROL, SILENT, TAGS].map(({ source }) => source).join("|"), "gu");

/**
 * A text as it is shown: characters that draw nothing, or that turn the text around them, become
 * escapes, so that nobody's output looks like something that it is not. Line breaks and tabs stay, and
 * the joiners that Persian and emoji are written with.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** A value as JSON text on several lines; never throws for what came as JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? "null";
}

/** What a page, a dialog or a table shows: of a bare text, only what is {@link visible}. */
export function shown<T>(content: T): T | string {
  return typeof content === "string" ? visible(content) : content;
}
