import assert from "@std/assert";
import {
  compile,
  MAX_SOURCE_BYTES,
} from "../../../../supabase/functions/_shared/sandbox/source/compile.ts";

/** Far above what is measured (at most 0.4 s), far below what a stuck parser takes. */
const MOST_MS = 3_000;
const GOOD = "export default (input: { a: number }): number => input.a";

const fill = (unit: string, head = "", tail = "") =>
  head + unit.repeat(Math.floor((MAX_SOURCE_BYTES - head.length - tail.length) / unit.length)) +
  tail;
const some = (unit: string, count: number, tail = "") => unit.repeat(count) + tail;
const names = (count: number, write: (name: string) => string) =>
  Array.from({ length: count }, (_, index) => write(`a${index.toString(36)}`)).join("");

/** Sources that overflow stacks, backtrack, or make parsers quadratic. */
const HOSTILE: Record<string, string> = {
  "round brackets": fill("("),
  "square brackets": fill("["),
  "curly brackets": fill("{"),
  "object literals": fill("{a:", "x="),
  "arrows": fill("a=>"),
  "arrows with lists": fill("(a,b)=>"),
  "arrows in defaults": fill("(a="),
  "asynchronous arrows": fill("async(a="),
  "ternaries": fill("a?"),
  "ternaries with arrows": fill("a?(b):c=>"),
  "templates": fill("`${"),
  "unary operators": fill("!"),
  "typeof": fill("typeof "),
  "new": fill("new "),
  "await": fill("await ", "async function f(){"),
  "powers": fill("**x", "x"),
  "sums": fill("+x", "x"),
  "members": fill(".a", "x"),
  "calls": fill("()", "x"),
  "optional chains": fill("?.a", "x"),
  "ifs": fill("if(a)"),
  "elses": fill("if(a){}else "),
  "loops": fill("for(;;)"),
  "labels": fill("a:"),
  "functions": fill("function f(){"),
  "classes": fill("class A{a="),
  "tries": fill("try{"),
  "destructuring": fill("[a=", "let "),
  "assignments": fill("a=", "let "),
  "generic calls": fill("a<b,"),
  "generic arguments": fill("(a<b>("),
  "generic arrows": fill("<T>("),
  "type brackets": fill("(", "type A="),
  "type arguments": fill("A<", "let x: "),
  "type objects": fill("{a:", "type A="),
  "function types": fill("()=>", "type A="),
  "conditional types": fill("A extends B?", "type A="),
  "assertions": fill(" as a", "x"),
  "non-null assertions": fill("!", "x"),
  "decorators": fill("@(a"),
  "statements": fill("1;"),
  "lines": fill("a\n"),
  "commas": fill("a,"),
  "numbers": fill("9", "x="),
  "comments": fill("/*"),
  "escapes": fill("\\u0061"),
  "zero characters": fill("\0"),
  "lone surrogates": fill("\ud800"),
  "groups in a pattern": fill("(", "/", "/"),
  "alternatives in a pattern": fill("a|", "/(?:", ")/u"),
  "named groups": `/${names(20_000, (name) => `(?<${name}>a)|`)}/`,
  "declared names": `let ${names(36_000, (name) => `${name},`)}z;`,
  "exported names": `export{${names(36_000, (name) => `${name},`)}}`,
  "private names": `class A{${names(20_000, (name) => `#${name};`)}}`,
  "backtracking over defaults": some("(a=", 40),
  "backtracking over generics": some("a<b<(c=", 40),
  "backtracking over generic arrows": some("<T>(a=", 60),
  "backtracking over ternaries": some("a?(b):c=>", 40),
  "backtracking over typed ternaries": some("x?y:(a):b=>", 100),
  "backtracking over async arrows": some("async<T>(a=", 40),
  "backtracking over patterns": some("({a=(", 60),
  "backtracking over types": `type A=${some("(a:(b:", 60)}`,
};

for (const [what, source] of Object.entries(HOSTILE)) {
  for (const language of ["typescript", "javascript"] as const) {
    Deno.test(`compile() of ${what} without end in ${language} ends, and harms no other source`, async () => {
      const started = performance.now();
      const { findings } = await compile(source, language);
      const ms = performance.now() - started;
      assert.ok(findings.length > 0);
      assert.ok(ms < MOST_MS, `${Math.round(ms)} ms`);
      assert.deepEqual((await compile(GOOD, "typescript")).findings, []);
    });
  }
}
