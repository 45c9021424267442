import fc from "fast-check";

/** A piece of JavaScript, written by chance. */
export type Code = fc.Arbitrary<string>;

/** Characters that texts are cut, compared and searched by, and what engines stumble over. */
const CHARACTERS = [
  ...["a", "b", "Z", "0", "9", " ", "-", "_", ".", "\n", "\t", '"', "'", "\\", "`", "$", "{"],
  ...[
    "é",
    "ß",
    "ü",
    "İ",
    "ǅ",
    "Σ",
    "ς",
    "漢",
    "ﬁ",
    "\u0301",
    "\u200d",
    "\u2028",
    "\u0000",
    "\ufeff",
  ],
  ...["😀", "👩‍👩‍👧", "\ud83d", "\ude00", "\udbff", "𐐷"],
] as const;

const characters = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 8 });

/**
 * A string literal. Lone surrogates are written as escapes, and so are the separators that some
 * engines count as ends of lines and others do not.
 */
export const text: Code = characters.map((parts) =>
  JSON.stringify(parts.join("")).replace(/[\u2028\u2029]/g, "\\u2028")
);

const EDGES = [
  ...["0", "-0", "1", "-1", "0.1", "-1.5", "1e21", "1e-7", "5e-324", "1.7976931348623157e308"],
  ...["NaN", "Infinity", "-Infinity", "2147483648", "-2147483649", "4294967296"],
  ...["9007199254740991", "-9007199254740993", "123456789.123456789"],
] as const;

const edge = fc.constantFrom(...EDGES);

/** A number literal, often one at an edge. */
export const number: Code = fc.oneof(
  edge,
  fc.integer({ min: -50, max: 50 }).map(String),
  fc.double({ noNaN: true }).map((value) => Object.is(value, -0) ? "-0" : String(value)),
).map((literal) => `(${literal})`);

/** A whole number that fits where a length or an index is wanted. */
export const index: Code = fc.integer({ min: -4, max: 9 }).map((value) => `(${value})`);

/** A big integer literal. */
export const bigint: Code = fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n })
  .map((value) => `(${value}n)`);

/** A literal of any kind that JSON knows, as an expression. */
export const json: Code = fc.jsonValue({ maxDepth: 3 }).map((value) =>
  `JSON.parse(${JSON.stringify(JSON.stringify(value))})`
);

const primitive: Code = fc.oneof(
  number,
  text,
  fc.constantFrom("true", "false", "null", "undefined", "[]", "({})"),
);

/** An array literal, with holes now and then. */
export const array: Code = fc.array(
  fc.oneof({ weight: 8, arbitrary: primitive }, {
    weight: 1,
    arbitrary: fc.constant(""),
  }),
  { maxLength: 6 },
).map((items) => `[${items.join()}${items.at(-1) === "" ? "," : ""}]`);

const BINARY = [
  ...["+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "===", "!=", "!=="],
  ...["&", "|", "^", "<<", ">>", ">>>", "&&", "||", "??", ","],
] as const;
const UNARY = ["-", "+", "!", "~", "typeof ", "void "] as const;

/** An expression over everything above. It never throws by itself. */
export const expression: Code = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    primitive,
    fc.tuple(tie("expression"), fc.constantFrom(...BINARY), tie("expression"))
      .map(([left, operator, right]) => `((${left}) ${operator} (${right}))`),
    fc.tuple(fc.constantFrom(...UNARY), tie("expression"))
      .map(([operator, value]) => `(${operator}(${value}))`),
    fc.tuple(tie("expression"), tie("expression"), tie("expression"))
      .map(([test, yes, no]) => `((${test}) ? (${yes}) : (${no}))`),
    fc.tuple(text, tie("expression")).map(([start, value]) => `(${start} + String(${value}))`),
    array,
  ),
})).expression;
