/** Tells a story on standard output, with the time since its beginning. */
export interface Teller {
  chapter(title: string): void;
  say(line: string): void;
  /** Shows a listing. */
  code(text: string): void;
  /** Shows what was seen; when it is not what was promised, the story ends with exit code 1. */
  check(held: boolean, what: string): void;
}

const LONGEST = 300;

/** A teller that uses colours on a terminal only. */
export function createTeller(): Teller {
  const started = performance.now();
  const style = Deno.stdout.isTerminal() && Deno.env.get("NO_COLOR") === undefined;
  const paint = (sgr: number, text: string) => style ? `\x1b[${sgr}m${text}\x1b[0m` : text;
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(2).padStart(6)} s`;
  const line = (mark: string, text: string) =>
    console.log(`${paint(2, seconds())}  ${mark} ${text.slice(0, LONGEST)}`);
  return {
    chapter: (title) => console.log(`\n${paint(2, seconds())}  ${paint(1, title)}`),
    say: (text) => line(" ", text),
    code: (text) => text.split("\n").forEach((row) => console.log(`            ${paint(36, row)}`)),
    check(held, what) {
      line(held ? paint(32, "✓") : paint(31, "✗"), what);
      if (!held) Deno.exit(1);
    },
  };
}
