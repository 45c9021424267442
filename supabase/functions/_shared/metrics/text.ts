import { BOUNDS_S, isMetric, type Metric, METRICS } from "./names.ts";
import type { Collected } from "./schema.ts";

/** The media type of the text. */
export const TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type LabelsOf = Readonly<Record<string, string>>;

/** The text format of Prometheus, version 0.0.4: of what was collected, all that has a name. */
export function textOf({ counted, gauged }: Collected): string {
  const lines = new Map<string, string[]>();
  const add = (name: string, more: string[]) =>
    lines.set(name, [...lines.get(name) ?? [], ...more]);
  for (const { name, labels, sums } of counted) {
    if (isMetric(name)) add(name, linesOf(name, METRICS[name], { labels, sums }));
  }
  for (const { name, labels, value } of gauged) {
    if (isMetric(name)) add(name, [line(name, labels, value)]);
  }
  return Object.entries(METRICS).flatMap(([name, { type, help }]) => {
    const own = lines.get(name);
    if (own === undefined) return [];
    return [`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`, ...own];
  }).join("");
}

function linesOf(
  name: string,
  { type }: Metric,
  { labels, sums: [sum = 0, ...buckets] }: { labels: LabelsOf; sums: readonly number[] },
): string[] {
  if (type !== "histogram") return [line(name, labels, sum)];
  let count = 0;
  const met = [...BOUNDS_S.map(String), "+Inf"].map((le, at) => {
    count += buckets[at] ?? 0;
    return line(`${name}_bucket`, { ...labels, le }, count);
  });
  return [...met, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count)];
}

function line(name: string, labels: LabelsOf, value: number): string {
  const pairs = Object.entries(labels).map(([label, word]) => `${label}="${escaped(word)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

function escaped(word: string): string {
  return word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
