// want=ok safe | naive Deno Worker: runs | uses the language as it is
// deno-lint-ignore-file
class Point {
  #x = 1;
  static zero = new Point();
  get x() {
    return this.#x;
  }
}
export default async () => {
  const { groups } = /(?<year>\d{4})-(?<month>\d\d)/.exec("2026-11-21");
  const lines = [];
  for await (
    const n of (async function* () {
      yield 1;
      yield 2;
    })()
  ) lines.push(n);
  label: for (;;) break label;
  return [
    Point.zero.x,
    groups.year,
    lines,
    [3, 1, 2].toSorted(),
    structured([1, [2]]),
    2n ** 70n > 0n,
    [1, 2, 3].at(-1),
    Object.groupBy?.([1, 2], (n) => n % 2 ? "odd" : "even"),
  ];
};
function structured(value) {
  return JSON.parse(JSON.stringify(value));
}
