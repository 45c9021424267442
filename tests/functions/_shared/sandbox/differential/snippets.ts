import fc from "fast-check";
import { array, bigint, type Code, expression, index, json, number, text } from "./values.ts";

/** Joins parts with what was drawn for them; a snippet reports by `out(value)`. */
function code(parts: TemplateStringsArray, ...drawn: Code[]): Code {
  return fc.tuple(...drawn).map((values) => String.raw({ raw: parts }, ...values));
}

const choose = (...choices: string[]): Code => fc.constantFrom(...choices);

const TEXT_CALLS = choose(
  ...["at(1)", "charCodeAt(2)", "codePointAt(0)", "slice(1, -1)", "substring(3, 1)", "trim()"],
  ...["toUpperCase()", "toLowerCase()", "normalize('NFC')", "normalize('NFKD')", "length"],
  ...["split('')", "padStart(12, '漢a')", "padEnd(9)", "repeat(2)", "isWellFormed()"],
  ...[
    "toWellFormed()",
    "replaceAll('a', '[$&]')",
    "indexOf('b')",
    "includes('é')",
    "concat(1, null)",
  ],
);

const ARRAY_CALLS = choose(
  ...["map((x, i) => [i, typeof x])", "filter(Boolean)", "flat()", "reverse()", "join('-')"],
  ...[
    "reduce((sum, x) => sum + String(x), '')",
    "sort()",
    "toSorted((a, b) => String(a) < String(b) ? -1 : 1)",
  ],
  ...[
    "indexOf(undefined)",
    "includes(undefined)",
    "includes(NaN)",
    "lastIndexOf(0)",
    "findLast((x) => x)",
  ],
  ...[
    "entries().next().value",
    "fill(7, 1, 3)",
    "copyWithin(0, 1)",
    "with(0, 'w')",
    "concat([[1]], 2)",
  ],
  ...["splice(1, 2, 'x')", "toSpliced(0, 1)", "some((x) => x === null)", "at(-1)", "length"],
);

const MATHS = choose(
  ...["floor", "ceil", "round", "trunc", "sign", "abs", "sqrt", "fround", "clz32"],
);

const NUMBER_CALLS = choose(
  ...[
    "toString()",
    "toFixed(2)",
    "toPrecision(4)",
    "toExponential(3)",
  ],
);

const DATES = choose(
  ...["toISOString()", "toJSON()", "getUTCDay()", "getTimezoneOffset()", "getHours()"],
  ...["setUTCMonth(14)", "setUTCDate(0)", "setUTCHours(25, 61, 61, 1001)", "valueOf()", "getDay()"],
);

const PATTERNS = choose(
  ...["/a|b/g", "/(?<first>\\w)(?<rest>\\w*)/g", "/\\p{L}+/gu", "/(?<=a)./gs", "/(?!a)[^\\d]/y"],
  ...[
    "/(.)\\1/gu",
    "/^.$/gmu",
    "/[\\u{1F600}-\\u{1F64F}]/gu",
    "/\\bz/gi",
    "/(a)?b|(é)/gd",
    "/[\\p{Lu}--[A-C]]/gv",
  ],
);

const TYPED = choose(
  ...["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint32Array"],
  ...["Float32Array", "Float64Array"],
);

const ENGINE_ERRORS = choose(
  ...["null.x", "undefined()", "({}).x.y", "late; let late = 1"],
  ...["new Array(-1)", "JSON.parse('{')", "1n + 1", "BigInt(1.5)", "'x'.repeat(-1)", "new 5"],
  ...["decodeURIComponent('%')", "new RegExp('(')", "Symbol() + ''", "[...5]", "(1).toFixed(101)"],
  ...[
    "Object.freeze([]).push(1)",
    "null[Symbol.iterator]",
    "new (class { #x; static t(o) { return o.#x } }).t({})",
  ],
  ...[
    "class A extends null {}; new A()",
    "Reflect.construct(1)",
    "structured()",
    "new Proxy({}, null)",
  ],
);

const plain: Code = fc.oneof(
  code`out(${expression});`,
  code`out((${text}).${TEXT_CALLS});`,
  code`out((${array}).${ARRAY_CALLS});`,
  code`out(Math.${MATHS}(${number}));`,
  code`out((${number}).${NUMBER_CALLS}); out((${index} * 1e9 | 0).toString(36));`,
  code`out(Number.parseFloat(${text} + ${number})); out(Number(${text}));`,
  code`out(JSON.stringify(${json}, null, 1)); out(${json});`,
  code`out(JSON.parse(JSON.stringify(${json}), (key, value) => key === "a" ? undefined : value));`,
  code`out(encodeURIComponent((${text}).toWellFormed())); out(escape(${text}));`,
);

const numbers: Code = fc.oneof(
  code`out(${bigint} * ${bigint} - ${bigint});`,
  code`out(${bigint} / (${bigint} || 1n)); out(${bigint} % (${bigint} || 7n));`,
  code`out((${bigint} & ${bigint}) | (${bigint} ^ ~${bigint}));`,
  code`out(BigInt.asIntN(64, ${bigint})); out(BigInt.asUintN(33, ${bigint} ** 2n).toString(36));`,
  code`out(${bigint} < Math.trunc(${number})); out(Number(${bigint}));`,
  code`out([...new ${TYPED}([${number}, ${number}, ${number}]).sort()]);`,
  code`{ const view = new DataView(new ArrayBuffer(8)); view.setFloat64(0, ${number}, true);
    out([view.getInt16(1), view.getUint32(2, true), view.getBigUint64(0)]); }`,
  code`{ const bytes = new Uint8Array(8); new Float32Array(bytes.buffer)[1] = ${number};
    out([...bytes]); out([...bytes.subarray(2).map((x) => x * 3).toReversed()]); }`,
);

const things: Code = fc.oneof(
  code`{ const date = new Date(Math.trunc(${number}) % 8.64e15); out(Number.isNaN(+date) ? "none" : date.${DATES}); out(+date); }`,
  code`out(Date.UTC(2000, ${index}, ${index}, ${index})); out(Date.parse("2024-02-29T12:34:56.789Z") + ${index});`,
  code`out([...(${text}).matchAll(new RegExp(${PATTERNS}.source, "gu"))].map((match) => [match.index, ...match]));`,
  code`out((${text}).replace(${PATTERNS}, (...found) => "<" + found.slice(0, 2).join() + ">"));`,
  code`out((${text}).split(${PATTERNS})); out((${text}).search(${PATTERNS}));`,
  code`{ const [a = ${number}, , ...rest] = ${array}; out([a, rest]); }`,
  code`{ const { a, b: { c = ${text} } = {}, ...rest } = { ...Object(${json}) }; out([a, c, rest]); }`,
  code`{ const map = new Map([[${text}, ${number}], [${number}, ${text}], [${text}, 1]]); map.delete(${text}); out([...map]); }`,
  code`{ const set = new Set(${array}); set.add(NaN).add(-0); out([...set].map(String)); out(set.size); }`,
  code`out(Object.entries({ b: 1, 2: 1, [${text}]: ${number}, 1: 1, a: ${json} }));`,
  code`out(Object.groupBy(${array}, (value) => typeof value)); out([typeof ${expression}]);`,
);

const flows: Code = fc.oneof(
  code`{ function* steps(n) { try { const sent = yield n; yield* [sent, n + 1]; } finally { out("closed"); } }
    const it = steps(${index}); out([it.next(), it.next(${text}), it.return(5), it.next()]); }`,
  code`{ class A { #n = ${number}; static made = 0; static { A.made = ${index}; } get n() { return this.#n; } set n(v) { this.#n = v; } toString() { return "A" + this.#n; } }
    class B extends A { constructor() { super(); this.own = super.n; } }
    const b = new B(); b.n = ${text}; out([String(b), b.own, A.made, b instanceof A, Object.keys(b)]); }`,
  code`{ const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i + ${number}); out(fs.map((f) => f())); }`,
  code`{ let seen = ""; outer: for (const a of ${array}) { for (const b in ${array}) { if (b > 1) continue outer; seen += b + typeof a; } } out(seen); }`,
  code`{ const counter = ((n) => ({ up: (by = ${index}) => n += by }))(${index}); out([counter.up(), counter.up(2), counter.up(undefined)]); }`,
  code`{ const proxy = new Proxy({}, { get: (_, key) => String(key) + ${text}, has: () => true }); out([proxy.x, "y" in proxy, \`\${proxy.z}\`]); }`,
  code`try { ${ENGINE_ERRORS}; out("fine"); } catch (error) { out([error.name, error instanceof Error, error.constructor.name]); }`,
  code`try { throw Object.assign(new RangeError(${text}, { cause: ${number} }), { extra: ${json} }); } catch (error) { out([String(error), error.cause, error.extra]); } finally { out("finally"); }`,
  code`console.log(${json}, ${text}, ${number}); console.warn(${expression}); agent.log(${text}, { value: ${json} });`,
  code`console.error(new TypeError(${text}), [${number}], { [${text}]: ${bigint} > 0n });`,
  code`agent.output(${json});`,
);

const waits: Code = fc.oneof(
  code`out(await agent.call("echo", ${json}));`,
  code`out(await agent.call(${text}, 1).catch((error) => [error.name, error.message]));`,
  code`out(await agent.call("fails", ${text}).catch((error) => [error.name, error.message, error instanceof Error]));`,
  code`out(await Promise.allSettled([${expression}, Promise.reject(${number}), agent.call("echo", ${number})]));`,
  code`out(await Promise.race([new Promise((r) => setTimeout(r, 9000, "slow")), agent.call("echo", ${text})]));`,
  code`{ const order = []; const mark = (x) => () => order.push(x);
    setTimeout(mark("t0"), 0); queueMicrotask(mark("m")); Promise.resolve().then(mark("p")).then(mark("pp"));
    (async () => { order.push("s"); await null; order.push("a1"); await { then: (f) => f(order.push("th")) }; order.push("a2"); })();
    Promise.reject(${index}).catch(mark("c")).finally(mark("f")); new Promise((r) => r(Promise.resolve())).then(mark("r"));
    await new Promise((r) => setTimeout(r, ${choose("0", "5")})); out(order); }`,
  code`{ async function* pages(n) { for (let i = 0; i < n; i++) yield agent.call("echo", [i, ${number}]); }
    const all = []; for await (const page of pages(3)) all.push(page); out(all); }`,
  code`{ const seen = []; await Promise.all([3, 1, 2].map(async (n) => { for (let i = 0; i < n; i++) await null; seen.push(n); })); out(seen); }`,
);

/** What agents ask for by name: the same words, bytes and errors on every engine. */
const asks: Code = fc.oneof(
  code`{ const body = Uint8Array.from([${number}, ${number}, ${index}, ...(${text}).slice(0, 3).split("").map((c) => c.charCodeAt(0))]);
    const r = await agent.fetch(${text}, { body, headers: { a: ${text} } });
    out([r.url, r.ok, r.headers.get("A"), await r.text(), [...await r.bytes()], await r.json().catch((e) => e.name)]); }`,
  code`{ const r = await agent.fetch(${text}, { ...Object(${json}), body: ${text}, headers: {} });
    out([await r.text(), [...await r.bytes()], r.headers.entries()]); }`,
  code`out(await agent.fetch(${text}, ${json}).then((r) => r.status, (e) => e.name));`,
  code`out(await agent.files.write(${text}, ${text}, { mode: ${json} })); out([...await agent.files.bytes(${text})]);`,
  code`out(await agent.files.read(${text}, { offset: ${index} })); out(await agent.files.write("a", ${expression}).catch((e) => e.name));`,
  code`{ const s = agent.llm.stream(${json}); const all = []; for await (const piece of s) all.push(piece); out([all, await s.result()]); }`,
  code`out(await agent.call("refuses", ${text}).catch((e) => [e.name, e.code, e.message, Object.keys(e)]));`,
  code`out(await agent.call(${
    choose('"huge"', '"nope"', '"echo"')
  }, ${json}).then((v) => v, (e) => [e.code, e.message]));`,
  code`out(await agent.shell(${text}, { [${text}]: ${json} }).catch((e) => e.code)); out(Object.isFrozen(agent.files));`,
);

/** Ways to end. The line of what is thrown must come back. */
const endings: Code = fc.oneof(
  { weight: 6, arbitrary: fc.constant("return all;") },
  code`\n\nthrow new RangeError(${text});`,
  code`\n${ENGINE_ERRORS};\nreturn all;`,
  code`return ${expression};`,
  code`return [1, 2].map((x) => {\n  if (x === 2) throw Object.assign(new Error(${text}), { name: "Own" });\n});`,
  code`throw ${expression};`,
  code`await null;\nreturn ${bigint};`,
  code`const ring = {}; ring.ring = ring;\nreturn ring;`,
);

/** A whole program: some snippets, each on its own lines, and an end. */
export const program: Code = fc.tuple(
  fc.array(fc.oneof(plain, numbers, things, flows, waits, asks), { minLength: 1, maxLength: 8 }),
  endings,
).map(([snippets, ending]) =>
  [
    "const all = [];",
    "const out = (value) => all.push(typeof value === 'bigint' ? value + 'n' : plainOf(value));",
    "const plainOf = (value) => JSON.parse(JSON.stringify([value], (_, x) =>",
    "  typeof x === 'bigint' ? x + 'n' : typeof x === 'number' && !Number.isFinite(x) ? String(x) :",
    "  Object.is(x, -0) ? '-0' : x === undefined ? 'undefined' : x))[0];",
    "export default async (input, agent) => {",
    ...snippets,
    ending,
    "};",
  ].join("\n")
);
