import assert from "@std/assert";
import { type Promised, resultOf } from "./rig.ts";

/** Expressions and what each must give, whatever engine runs them. `n` marks big integers. */
const CASES: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  "Unicode as the standard has it": [
    ["[...'a😀é'].length", 3],
    ["'😀'.codePointAt(0)", 0x1f600],
    ["'\\ud83d'.isWellFormed()", false],
    ["'\\ud83dx'.toWellFormed()", "\ufffdx"],
    ["'e\\u0301'.normalize('NFC')", "é"],
    ["'ﬁ'.normalize('NFKD')", "fi"],
    ["'ΑΣ'.toLowerCase()", "ας"],
    ["'straße'.toUpperCase()", "STRASSE"],
    ["'İ'.toLowerCase().length", 2],
    ["/^\\p{Script=Greek}+$/u.test('λόγος')", true],
    ["/\\p{Emoji_Presentation}/u.exec('a😀')[0]", "😀"],
    ["'💩'.split('').length", 2],
    ["'x'.localeCompare('y') < 0", true],
    ["({ 'naïve': 1, \u6f22: 2 }).\u6f22", 2],
    ["encodeURIComponent('ü/😀')", "%C3%BC%2F%F0%9F%98%80"],
    ["JSON.stringify('\\ud800')", '"\\ud800"'],
  ],
  "dates, in universal time": [
    ["new Date(0).toISOString()", "1970-01-01T00:00:00.000Z"],
    ["new Date(2024, 1, 29, 12).toISOString()", "2024-02-29T12:00:00.000Z"],
    ["new Date('2024-02-29').getTime()", 1709164800000],
    ["new Date('2024-02-29T12:00').getTime()", 1709208000000],
    ["new Date('2024-02-29T12:00:00+02:00').toJSON()", "2024-02-29T10:00:00.000Z"],
    ["Date.parse('2024-13-01')", null],
    ["new Date(8.64e15).toISOString()", "+275760-09-13T00:00:00.000Z"],
    ["new Date(8.64e15 + 1).getTime()", null],
    ["new Date(-1).getUTCFullYear()", 1969],
    ["new Date(Date.UTC(99, 0)).getUTCFullYear()", 1999],
    ["new Date(2024, 0, 31).setMonth(1)", Date.UTC(2024, 2, 2)],
    ["new Date(0).getTimezoneOffset()", 0],
  ],
  "big integers of any size": [
    ["2n ** 64n", "18446744073709551616n"],
    ["-7n / 2n", "-3n"],
    ["-7n % 2n", "-1n"],
    ["-1n >> 70n", "-1n"],
    ["1n << 100n", `${1n << 100n}n`],
    ["BigInt.asIntN(8, 255n)", "-1n"],
    ["BigInt.asUintN(64, 2n ** 64n + 5n)", "5n"],
    ["BigInt('0xff') + BigInt('  12  ')", "267n"],
    ["(2n ** 200n).toString(36)", (2n ** 200n).toString(36)],
    ["Number(2n ** 53n + 1n)", 9007199254740992],
    ["2n > 1 && 2n == 2 && 2n !== 2", true],
    ["typeof Object(1n)", "object"],
    ["[3n, 1, 2n].sort((a, b) => (a < b ? -1 : 1)).map(String)", ["1", "2", "3"]],
    ["BigInt(Number.MAX_SAFE_INTEGER) ** 3n", `${BigInt(Number.MAX_SAFE_INTEGER) ** 3n}n`],
  ],
  "typed arrays and their bytes": [
    ["[...new Uint8Array([256, -1, 1.9, '7', NaN])]", [0, 255, 1, 7, 0]],
    ["[...new Uint8ClampedArray([300, -5, 1.5, 2.5])]", [255, 0, 2, 2]],
    ["[...new Int16Array(new Uint8Array([1, 2, 255, 255]).buffer)]", [513, -1]],
    ["[...new Float32Array([0.1])][0] === Math.fround(0.1)", true],
    ["new BigUint64Array([2n ** 64n - 1n])[0]", "18446744073709551615n"],
    ["new DataView(new Uint8Array([0, 0, 1, 0]).buffer).getUint32(0)", 256],
    ["new DataView(new Uint8Array([0, 0, 1, 0]).buffer).getUint32(0, true)", 65536],
    [
      "[...new Float64Array([3, NaN, -0, 1]).sort()].map((x) => Object.is(x, -0) ? '-0' : String(x))",
      [
        "-0",
        "1",
        "3",
        "NaN",
      ],
    ],
    ["[...new Uint8Array([1, 2, 3, 4]).subarray(1, 3).fill(9)]", [9, 9]],
    ["new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })).length", 8],
    ["[...new Uint8Array([5, 6, 7]).toReversed().with(0, 1)]", [1, 6, 5]],
    ["new Uint8Array(4).at(-1)", 0],
    ["new ArrayBuffer(8).transfer(4).byteLength", 4],
    ["ArrayBuffer.isView(new DataView(new ArrayBuffer(1)))", true],
  ],
};

const AROUND = `
const plain = (value) => typeof value === "bigint" ? value + "n" :
  Array.isArray(value) ? value.map(plain) : value;
`;

/** The language itself, where engines have been known to differ. */
export function language(promise: Promised): void {
  for (const [what, cases] of Object.entries(CASES)) {
    promise(`knows ${what}`, async (play) => {
      const expressions = cases.map(([expression]) => `() => (${expression}),`);
      const program = [
        ...[AROUND, "const all = [", ...expressions, "];"],
        "export default () => all.map((one) => { try { return plain(one()) } catch (e) { return String(e) } });",
      ].join("\n");
      const results = resultOf(await play(program));
      const expected = cases.map(([expression, value]) => [expression, value]);
      assert.ok(Array.isArray(results));
      assert.deepEqual(results.map((result, i) => [cases[i]?.[0], result]), expected);
    });
  }

  promise("has the parts of the language that agents are written with", async (play) => {
    const program = `
      class Stack { #items = []; static of(...all) { const s = new Stack(); s.#items.push(...all); return s; }
        *[Symbol.iterator]() { yield* this.#items; } get size() { return this.#items.length; } static #count = 0; static { Stack.#count++; } }
      export default async (input, agent) => {
        const { a = 1, ...rest } = { b: 2, c: { d: [3] } };
        let assigned = null; assigned ??= rest.c?.d?.[0]; assigned ||= 9; assigned &&= assigned ** 2;
        const grouped = Object.groupBy([1, 2, 3], (n) => n % 2 ? "odd" : "even");
        const { promise, resolve } = Promise.withResolvers(); queueMicrotask(() => resolve("later"));
        const any = await Promise.any([Promise.reject(1), promise]);
        const slow = []; for await (const x of (async function* () { yield 1; yield 2; })()) slow.push(x);
        const cause = new Error("x", { cause: 7 }).cause;
        outer: for (const x of [1, 2]) for (const y of [1, 2]) if (x * y === 2) break outer;
        return [a, rest, assigned, grouped, any, slow, cause, [...Stack.of(1, 2)], Object.hasOwn({ a }, "a"),
          [3, 1, 2].toSorted(), [1, [2, [3]]].flat(Infinity), "a-b".replaceAll("-", "+"), 1_000, [1, 2].at(-1),
          [..."ab"].entries().next().value, new Set([1, 2]).intersection(new Set([2])).size, [1, 2, 3].findLast((n) => n < 3)];
      }`;
    assert.deepEqual(resultOf(await play(program)), [
      ...[1, { b: 2, c: { d: [3] } }, 9, { odd: [1, 3], even: [2] }, "later", [1, 2], 7, [1, 2]],
      ...[true, [1, 2, 3], [1, 2, 3], "a+b", 1000, 2, [0, "a"], 1, 2],
    ]);
  });

  promise("orders promises, microtasks and timers as the standard says", async (play) => {
    const program = `export default async () => {
      const order = []; const mark = (x) => () => order.push(x);
      setTimeout(mark("timer"), 0);
      Promise.resolve().then(mark("then")).then(mark("then then"));
      queueMicrotask(mark("microtask"));
      (async () => { order.push("async"); await null; order.push("after await"); })();
      new Promise((resolve) => resolve({ then: (done) => { order.push("thenable"); done(); } })).then(mark("adopted"));
      await new Promise((resolve) => setTimeout(resolve, 10));
      return order;
    }`;
    assert.deepEqual(resultOf(await play(program)), [
      ...["async", "then", "microtask", "after await", "thenable", "then then", "adopted", "timer"],
    ]);
  });
}
