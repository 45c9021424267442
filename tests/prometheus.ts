/** A sample of a metric. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A metric as the text tells of it. */
export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.+)\\})? ([0-9.e+-]+|\\+Inf|NaN)$`);

/**
 * Parses the text format of Prometheus, version 0.0.4, and throws for whatever is not in it: a
 * sample before its metric, a metric or a sample that comes twice, a histogram that is none.
 */
export function parsePrometheus(text: string): Map<string, Family> {
  if (text !== "" && !text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, Family>();
  let open: (Family & { name: string }) | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const [, helped, help] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    if (helped !== undefined && help !== undefined) {
      if (families.has(helped)) throw new Error(`twice: ${line}`);
      open = { name: helped, help, type: "", samples: [] };
      families.set(helped, open);
    } else if (typed !== undefined && type !== undefined) {
      if (open?.name !== typed || open.type !== "") throw new Error(`out of place: ${line}`);
      open.type = type;
    } else {
      const sample = sampleOf(line);
      if (open === undefined || open.type === "" || !belongs(sample.name, open)) {
        throw new Error(`out of place: ${line}`);
      }
      open.samples.push(sample);
    }
  }
  for (const [name, family] of families) check(name, family);
  return families;
}

function sampleOf(line: string): Sample {
  const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  return { name, labels: labelsOf(labels), value: value === "+Inf" ? Infinity : Number(value) };
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < text.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const [, label, value] = LABEL.exec(text) ?? [];
    if (label === undefined || value === undefined || label in labels) throw new Error(text);
    labels[label] = value.replace(/\\(.)/g, (_, it) => it === "n" ? "\n" : it);
  }
  return labels;
}

function belongs(sample: string, { name, type }: Family & { name: string }): boolean {
  if (type !== "histogram") return sample === name;
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample);
}

function check(name: string, { type, samples }: Family): void {
  const keys = samples.map((sample) => JSON.stringify([sample.name, sample.labels]));
  if (samples.length === 0 || new Set(keys).size < keys.length) throw new Error(`${name}: twice`);
  if (type === "counter" && !name.endsWith("_total")) throw new Error(`${name} is no total`);
  if (samples.some(({ value }) => Number.isNaN(value) || (type !== "gauge" && value < 0))) {
    throw new Error(`${name}: no number`);
  }
  if (type === "histogram") checkHistogram(name, samples);
}

/** Buckets of each series grow up to `+Inf`, which is the count. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...others } }) => JSON.stringify(others));
  for (const own of series.values()) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace("+Inf", "Infinity")));
    const count = own.find((sample) => sample.name === `${name}_count`);
    const sum = own.find((sample) => sample.name === `${name}_sum`);
    const grows = (list: readonly number[], strictly: boolean) =>
      list.every((it, i) =>
        i === 0 || it > (list[i - 1] ?? NaN) || (!strictly && it === list[i - 1])
      );
    const good = grows(bounds, true) && grows(buckets.map(({ value }) => value), false) &&
      bounds.at(-1) === Infinity && buckets.at(-1)?.value === count?.value && sum !== undefined;
    if (!good) throw new Error(`${name} is no histogram`);
  }
}
