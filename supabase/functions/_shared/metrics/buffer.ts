import { BOUNDS_S } from "./names.ts";

/** What was counted of one series: a counter's sum, or a histogram's sum and buckets. */
export interface Series {
  name: string;
  labels: Readonly<Record<string, string>>;
  sums: number[];
}

/** Counts that wait to be written: equal series are one. */
export interface CountBuffer {
  count(name: string, labels: Readonly<Record<string, string>>, by: number): void;
  observe(name: string, labels: Readonly<Record<string, string>>, seconds: number): void;
  /** Everything, which is then the caller's. */
  take(): Series[];
  size(): number;
}

/** How many series of one metric an isolate tells apart; what is beyond is `other`. */
export const MAX_SERIES = 100;
const WORD = /^[A-Za-z0-9_.:-]{1,64}$/;

/** A buffer that loses no count and never grows beyond `MAX_SERIES` series a metric, and one more. */
export function createBuffer(): CountBuffer {
  let kept = new Map<string, Map<string, Series>>();
  let size = 0;
  const find = (
    name: string,
    labels: Readonly<Record<string, string>>,
    length: number,
  ): number[] => {
    let series = kept.get(name);
    if (series === undefined) kept.set(name, series = new Map());
    const known = series.get(Object.values(labels).join("\n"));
    if (known !== undefined) return known.sums;
    const words = Object.entries(labels).map((
      [label, word],
    ): [string, string] => [label, series.size < MAX_SERIES && WORD.test(word) ? word : "other"]);
    const key = words.map(([, word]) => word).join("\n");
    let found = series.get(key);
    if (found === undefined) {
      found = { name, labels: Object.fromEntries(words), sums: new Array<number>(length).fill(0) };
      series.set(key, found);
      size++;
    }
    return found.sums;
  };
  return {
    count: (name, labels, by) => add(find(name, labels, 1), 0, by),
    observe(name, labels, seconds) {
      const sums = find(name, labels, BOUNDS_S.length + 2);
      const bucket = BOUNDS_S.findIndex((bound) => seconds <= bound);
      add(sums, 0, seconds);
      add(sums, 1 + (bucket === -1 ? BOUNDS_S.length : bucket), 1);
    },
    take() {
      const all = [...kept.values()].flatMap((series) => [...series.values()]);
      kept = new Map();
      size = 0;
      return all;
    },
    size: () => size,
  };
}

function add(sums: number[], place: number, by: number): void {
  sums[place] = (sums[place] ?? 0) + by;
}
