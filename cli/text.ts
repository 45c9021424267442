/**
 * What a terminal would obey instead of showing: control characters but tab and line feed, and
 * what turns the direction of text around. `\x9b` alone begins a sequence on some terminals.
 */
// deno-lint-ignore no-control-regex -- these are what is looked for
const COMMANDS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of others as a terminal can show it: what would steer the terminal is spelled out. */
export function plain(text: string): string {
  return text.replaceAll(/\r\n/g, "\n").replaceAll(COMMANDS, spell);
}

/** As `plain`, on one line. */
export function oneLine(text: string): string {
  return plain(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
}

/** JSON that a terminal shows and a parser reads: only escapes that JSON has. */
export function plainJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(
    COMMANDS,
    (character) => `\\u${code(character).padStart(4, "0")}`,
  );
}

function spell(character: string): string {
  const digits = code(character);
  return digits.length <= 2 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

function code(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}
