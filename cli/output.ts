import { oneLine, plain, plainJson } from "./text.ts";
import type { Sink, World } from "./world.ts";

/** Colours by what they mean. */
export type Paint = Record<"good" | "bad" | "dim" | "strong" | "note", (text: string) => string>;

/** Where a command's words go: results to stdout, everything else to stderr. */
export interface Output {
  /** Whether results are to be JSON. */
  readonly json: boolean;
  /** Colours for stdout; each gives its text back where there are none. */
  readonly paint: Paint;
  /** Colours for stderr. */
  readonly hint: Paint;
  /** A result for people. On a terminal, what would steer it is spelled out, colours of `paint` not. */
  print(text: string): void;
  /** One result as JSON: indented on a terminal, one line elsewhere. */
  value(value: unknown): void;
  /** One of many results as JSON, a line of its own. */
  record(value: unknown): void;
  /** A table with a header; lines that are wider than the terminal are left to it. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** As `print`, on what happens; with `--json` too, since it goes to stderr. */
  say(text: string): void;
  /** Shows what is under way while the work lasts; on a terminal alone. */
  during<Result>(what: string, work: () => Promise<Result>): Promise<Result>;
  /** Text of others, as this stream may show it: as it is to a file or a pipe. */
  foreign(text: string): string;
}

const SGR = {
  good: [32, 39],
  bad: [31, 39],
  dim: [2, 22],
  strong: [1, 22],
  note: [33, 39],
} as const;

const CODES = Array.from(new Set(Object.values(SGR).flat()), String).join("|");
const COLOUR = new RegExp(`(\x1b\\[(?:${CODES})m)`);

/** Where words can go, and what the environment says of colours. */
type Streams = Pick<World, "stdout" | "stderr" | "env">;

/** The words of one command. */
export function createOutput({ stdout, stderr, env }: Streams, json: boolean): Output {
  const paint = paintFor(stdout, env);
  const hint = paintFor(stderr, env);
  const spinner = createSpinner(stderr, hint);
  return {
    json,
    paint,
    hint,
    print: (text) => stdout.write(`${stdout.terminal ? shown(text) : text}\n`),
    value: (value) => stdout.write(`${write(stdout, value, stdout.terminal ? 2 : undefined)}\n`),
    record: (value) => stdout.write(`${write(stdout, value)}\n`),
    table: (head, rows) => stdout.write(layOut(head, rows, paint)),
    say: (text) => {
      spinner.erase();
      stderr.write(`${shown(text)}\n`);
    },
    during: spinner.during,
    foreign: (text) => stdout.terminal ? plain(text) : text,
  };
}

/** Whether a stream gets colours: NO_COLOR, then FORCE_COLOR, then whether it is a terminal. */
export function wantsColour(sink: Sink, env: World["env"]): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return sink.terminal && env.TERM !== "dumb";
}

function paintFor(sink: Sink, env: World["env"]): Paint {
  const colours = wantsColour(sink, env);
  const brush = ([on, off]: readonly [number, number]) => (text: string) =>
    colours ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    good: brush(SGR.good),
    bad: brush(SGR.bad),
    dim: brush(SGR.dim),
    strong: brush(SGR.strong),
    note: brush(SGR.note),
  };
}

/** A text with the colours that `Paint` has, and nothing else that would steer a terminal. */
function shown(text: string): string {
  return text.split(COLOUR).map((part, index) => index % 2 === 0 ? plain(part) : part).join("");
}

function write(sink: Sink, value: unknown, indent?: number): string {
  return sink.terminal ? plainJson(value, indent) : JSON.stringify(value, null, indent);
}

function layOut(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string {
  const lines = [head, ...rows].map((row) => row.map(oneLine));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)));
  return lines.map((row, index) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
    return `${index === 0 ? paint.dim(line) : line}\n`;
  }).join("");
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
const ERASE = "\r\x1b[K";

/** A line at the bottom of a terminal that turns while work lasts, and is gone afterwards. */
function createSpinner(sink: Sink, paint: Paint) {
  let isDrawn = false;
  const erase = () => {
    if (isDrawn) sink.write(ERASE);
    isDrawn = false;
  };
  return {
    /** Takes the line away, for words to come in its place; the next turn draws it anew. */
    erase,
    async during<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
      if (!sink.terminal) return await work();
      let turn = 0;
      const timer = setInterval(() => {
        sink.write(`${ERASE}${paint.dim(`${FRAMES[turn++ % FRAMES.length]} ${oneLine(what)}`)}`);
        isDrawn = true;
      }, FRAME_MS);
      try {
        return await work();
      } finally {
        clearInterval(timer);
        erase();
      }
    },
  };
}
