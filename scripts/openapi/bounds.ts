/** One thing of a pattern, and how often it may come; what it is made of is looked at elsewhere. */
const ATOM =
  /^(?:\[(?:\\.|[^\\\]])*\]|\\[pPu]\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\.|[^\\()|])/u;
const QUANTIFIER = /^(?:\{(\d+)(?:,(\d*))?\}|([?*+]))\??/;
const OPENING = /^\((?:\?[:!=]|\?<[!=])?/;

/**
 * How many characters a text may have that a pattern matches as a whole: at least what is true, and
 * undefined where the pattern sets no bound or does not stand for the whole text.
 */
export function maxLengthOf(pattern: string): number | undefined {
  const inner = /^\^((?:[^|]|\\\||\((?:[^()]|\([^()]*\))*\))*)\$$/u.exec(pattern)?.[1];
  if (inner === undefined) return undefined;
  const [length, rest] = sequence(inner);
  return rest === "" && Number.isFinite(length) ? length : undefined;
}

/** The length of everything up to the end or a closing parenthesis. Alternatives are added up. */
function sequence(text: string): [length: number, rest: string] {
  let total = 0;
  let rest = text;
  while (rest !== "" && !rest.startsWith(")")) {
    const [length, after] = atom(rest);
    const quantifier = QUANTIFIER.exec(after);
    total += length * timesOf(quantifier);
    rest = after.slice(quantifier?.[0].length ?? 0);
  }
  return [total, rest];
}

function atom(text: string): [length: number, rest: string] {
  const opening = OPENING.exec(text)?.[0];
  if (opening !== undefined) {
    const [length, rest] = sequence(text.slice(opening.length));
    return [/[!=]$/.test(opening) ? 0 : length, rest.slice(1)];
  }
  if (text.startsWith("|")) return [0, text.slice(1)];
  const [taken = text] = ATOM.exec(text) ?? [];
  return [1, text.slice(taken.length)];
}

function timesOf(quantifier: RegExpExecArray | null): number {
  if (quantifier === null) return 1;
  const [, least, most, sign] = quantifier;
  if (sign !== undefined) return sign === "?" ? 1 : Infinity;
  if (most === undefined) return Number(least);
  return most === "" ? Infinity : Number(most);
}
