/**
 * The shell's parser, for one line alone: just-bash reads texts again while it executes (the value
 * of a variable in arithmetic, a subscript, what `eval` is given) and executes what it finds there.
 * `bundle.ts` puts these questions into its parser.
 */
let locked = false;

/** What may be read as arithmetic while a line is executed: one number, or one name. */
const OPERAND = /^\s*(?:[-+]?(?:0[xX][0-9a-fA-F]+|\d+(?:#[\w@]+)?)|\$?[A-Za-z_]\w*)?\s*$/;

/** From here on nothing becomes a command that was none when the line was read. */
export function lock(): void {
  locked = true;
}

/** Whether a text may still become words and commands. */
export function mayParse(): boolean {
  return !locked;
}

/** Whether a text may be evaluated: anything of the line itself, a plain operand afterwards. */
export function mayEvaluate(text: string): boolean {
  return !locked || OPERAND.test(text);
}
