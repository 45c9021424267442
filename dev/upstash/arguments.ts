import { RedisError } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { Store } from "./store.ts";

/** A command: what follows its name, and what it works on. */
export type Command = (args: string[], store: Store) => Reply;

const INTEGER = /^[+-]?\d{1,19}$/;

/** The argument at `index`. */
export function at(args: readonly string[], index: number): string {
  const arg = args[index];
  if (arg === undefined) throw new RedisError("ERR wrong number of arguments");
  return arg;
}

/** The whole number that a text is, or Redis' error. Those beyond 2^53 are refused. */
export function integer(text: string): number {
  const value = Number(text);
  if (INTEGER.test(text) && Number.isSafeInteger(value)) return value;
  throw new RedisError("ERR value is not an integer or out of range");
}

/** The number that a text is, infinities included, or Redis' error. */
export function float(text: string): number {
  const value = /^[+-]?inf(inity)?$/i.test(text)
    ? (text.startsWith("-") ? -Infinity : Infinity)
    : Number(text);
  if (text.trim() !== "" && !Number.isNaN(value)) return value;
  throw new RedisError("ERR value is not a valid float");
}

/** A number as Redis prints it. */
export function decimal(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "inf" : "-inf";
}

/** Arguments two by two. */
export function pairs(args: readonly string[]): [string, string][] {
  if (args.length === 0 || args.length % 2 !== 0) {
    throw new RedisError("ERR wrong number of arguments");
  }
  return Array.from({ length: args.length / 2 }, (_, i) => [at(args, 2 * i), at(args, 2 * i + 1)]);
}

/** Words like NX, and words with a value like EX 10, in any order. Throws on any other. */
export function options(
  args: readonly string[],
  flags: readonly string[],
  valued: readonly string[] = [],
): Map<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const word = at(args, i).toUpperCase();
    if (flags.includes(word)) found.set(word, "");
    else if (valued.includes(word)) found.set(word, at(args, ++i));
    else throw new RedisError("ERR syntax error");
  }
  return found;
}

/** Redis' start and stop, where -1 is the last item, as a half-open range. */
export function slice(start: string, stop: string, length: number): [from: number, to: number] {
  const place = (index: number) => index < 0 ? Math.max(0, length + index) : index;
  const end = integer(stop);
  return [place(integer(start)), end < 0 ? length + end + 1 : end + 1];
}

/** A glob as Redis has them, as a regular expression. */
export function glob(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\[(\^?)((?:\\.|[^\]])*)\]|[*?]|[.+^${}()|[\]\\]/gs, (
    all,
    escaped: string | undefined,
    not: string | undefined,
    set: string | undefined,
  ) => {
    if (escaped !== undefined) return RegExp.escape(escaped);
    if (set !== undefined) return set === "" ? "(?!)" : `[${not}${set.replace(/[\][^]/g, "\\$&")}]`;
    if (all === "*") return ".*";
    return all === "?" ? "." : `\\${all}`;
  });
  return new RegExp(`^${source}$`, "s");
}
