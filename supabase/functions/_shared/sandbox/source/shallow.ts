import { Parser } from "acorn";
import { finding, Refused } from "./finding.ts";

/**
 * The methods through which acorn recurses, with what a call of each weighs on the stack. Every way
 * to nest code or patterns passes one of them.
 */
const HUBS = {
  parseStatement: 3,
  parseMaybeAssign: 3,
  parseMaybeUnary: 3,
  parseExprOp: 1,
  parseExprAtom: 3,
  parseBindingAtom: 3,
  regexp_disjunction: 3,
  regexp_eatNestedClass: 3,
} as const satisfies Record<string, number>;

/** Some third of what overflows V8's stack (measured: 3,100 at the least, on 2.1.4 and on 2.9). */
const MOST = 1_200;

/**
 * acorn, but a source that nests deeply is refused long before the stack overflows. An overflow
 * could be caught; but V8 compiles a regular expression when it is first used, acorn uses many, and
 * where the stack ends during that, V8 does not throw: it ends the whole process.
 */
export class ShallowParser extends Parser {}

const levels = new WeakMap<object, number>();

for (const [name, weight] of Object.entries(HUBS)) {
  const parse: unknown = Reflect.get(Parser.prototype, name);
  if (typeof parse !== "function") throw new Error(`acorn has no ${name} any more`);
  Reflect.set(ShallowParser.prototype, name, function (this: Parser, ...args: unknown[]) {
    const level = levels.get(this) ?? 0;
    if (level + weight > MOST) {
      throw new Refused(finding("nested_too_deeply", "The source is nested too deeply."));
    }
    levels.set(this, level + weight);
    try {
      return Reflect.apply(parse, this, args);
    } finally {
      levels.set(this, level);
    }
  });
}
