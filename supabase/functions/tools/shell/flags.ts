/**
 * Which words a command takes, one token for each flag: `-i` stands alone, `-e:` takes a value,
 * `--arg::` takes two, `-#` is a number such as `-5`. A lone `*` is a command whose words are all
 * just texts; `find` stands for single-dash words that are never bundled.
 */
export type FlagRule = string;

interface Known {
  values: ReadonlyMap<string, number>;
  numbers: boolean;
  bundled: boolean;
}

/**
 * The first word that a command's rule does not name, or undefined. Words are exact: an abbreviation
 * of a long flag is another word. It runs where a line is read, and again where its words are known.
 */
export function refusedWord(
  rule: FlagRule,
  words: readonly (string | undefined)[],
): string | undefined {
  if (rule === "*") return undefined;
  const known = readRule(rule);
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === "--" && known.bundled) return undefined;
    if (word === undefined || !word.startsWith("-") || word === "-") continue;
    const taken = valuesOf(known, word);
    if (taken === undefined) return word;
    at += taken;
  }
  return undefined;
}

/** How many of the next words are values of this one; undefined where it is no flag of the rule. */
function valuesOf(known: Known, word: string): number | undefined {
  if (known.numbers && /^-\d+$/.test(word)) return 0;
  if (!known.bundled) return known.values.get(word);
  if (word.startsWith("--")) {
    const [name = "", value] = word.split("=", 2);
    const values = known.values.get(name);
    if (value === undefined) return values;
    return values === 1 ? 0 : undefined;
  }
  for (let at = 1; at < word.length; at++) {
    const values = known.values.get(`-${word[at]}`);
    if (values === undefined) return undefined;
    if (values > 0) return at + 1 < word.length ? values - 1 : values;
  }
  return 0;
}

function readRule(rule: FlagRule): Known {
  const tokens = rule.split(" ").filter((token) => token !== "");
  const values = new Map<string, number>();
  for (const token of tokens) {
    const name = token.replace(/:*$/, "");
    values.set(name, token.length - name.length);
  }
  return { values, numbers: tokens.includes("-#"), bundled: !tokens.includes("find") };
}
