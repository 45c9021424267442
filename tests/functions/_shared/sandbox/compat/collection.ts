import * as es2016plus from "compat-table/data-es2016plus.js";
import * as es5 from "compat-table/data-es5.js";
import * as es6 from "compat-table/data-es6.js";
import * as z from "zod";

/** One test of the collection: the body of a function whose result is true-like when it passes. */
export interface CompatTest {
  /** Edition, feature and detail; unique. */
  name: string;
  body: string;
  /** It calls `asyncTestPassed()` instead of returning. */
  waits: boolean;
}

const Exec = z.custom<() => unknown>((value) => typeof value === "function")
  .or(z.array(z.object({ script: z.unknown() })));
const Test = z.object({ name: z.string(), exec: Exec.optional() });
const Suite = z.object({
  tests: z.array(Test.extend({ subtests: z.array(Test).optional() })),
});

/** The tests lie in comments inside of functions, so that engines without the syntax can load them. */
const BODY = /\/\*([^]*)\*\//;

/**
 * The ECMAScript tests of kangax/compat-table (MIT) as npm carries them: editions 5 to 2019. What
 * is not a plain program (tests of scripts in a page) is left out.
 */
export function readCollection(): CompatTest[] {
  const editions = { es5, es6, es2016plus };
  const all = Object.entries(editions).flatMap(([edition, data]) =>
    Suite.parse(data).tests.flatMap(({ name, exec, subtests }) => [
      ...read(`${edition}: ${name}`, exec),
      ...(subtests ?? []).flatMap((test) => read(`${edition}: ${name}: ${test.name}`, test.exec)),
    ])
  );
  const seen = new Map<string, number>();
  return all.map((test) => {
    const count = (seen.get(test.name) ?? 0) + 1;
    seen.set(test.name, count);
    return count === 1 ? test : { ...test, name: `${test.name} (${count})` };
  });
}

function read(name: string, exec: z.infer<typeof Exec> | undefined): CompatTest[] {
  if (typeof exec !== "function") return [];
  const text = String(exec);
  const body = BODY.exec(text)?.[1] ?? text.slice(text.indexOf("{") + 1, text.lastIndexOf("}"));
  return [{ name: name.replaceAll(/<[^>]*>/g, ""), body, waits: body.includes("asyncTestPassed") }];
}
